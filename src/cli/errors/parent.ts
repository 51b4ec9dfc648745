/** Error codes of the parent instance and of the lifecycle of an enclave. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<
  ErrorCode,
  | `E_${'CID' | 'CLOUD' | 'POOL' | 'PARENT' | 'TAB' | 'TRACE'}_${string}`
  | 'E_ENCLAVE_BOOT'
  | 'E_ENCLAVE_END'
  | 'E_ENCLAVE_HEARTBEAT'
  | 'E_CHANNEL_FRAME'
  | 'E_QTSM_MAILBOX'
  | 'E_ISOLATION'
  | 'E_WORKER_SCRIPT'
>

export const PARENT_ERRORS: ErrorTable<Codes> = {
  E_CHANNEL_FRAME: {
    meaning: 'The process of an enclave sent a message that breaks the protocol.',
    advice: 'The enclave was killed. Do not trust anything that it sent.',
  },
  E_CID_RANGE: {
    meaning: 'The CID is not valid for an enclave.',
    advice: 'Choose a CID from 4 to 4294967294.',
    cloud: ['02', 'E03'],
  },
  E_CID_TAKEN: {
    meaning: 'Another enclave uses this CID.',
    advice: 'Choose another CID, or omit it to get the lowest free one.',
    cloud: ['43', 'E33'],
  },
  E_CLOUD_ENCLAVES: {
    meaning: 'The parent instance already runs its maximum number of enclaves.',
    advice: 'Stop an enclave, or raise max_enclaves in the file that configures the pool.',
    cloud: ['05', 'E28'],
  },
  E_CLOUD_MEMORY: {
    meaning: 'The enclave was given less memory than the real cloud requires.',
    advice:
      "Give the enclave at least four times the size of the image, and no less than the cloud's minimum.",
    cloud: ['10', 'E26'],
  },
  E_ENCLAVE_BOOT: {
    meaning: 'The enclave exited before its application ran.',
    advice: 'Start it in debug mode and read its console; the message tells how it exited.',
    cloud: ['19', 'E36'],
  },
  E_ENCLAVE_END: {
    meaning: 'The kernel of an enclave reported an invalid exit reason.',
    advice:
      'The enclave was killed, because its kernel was tampered with. Do not trust anything that it sent.',
  },
  E_ENCLAVE_HEARTBEAT: {
    meaning: 'The kernel of an enclave sent a malformed heartbeat.',
    advice:
      'The enclave was killed, because its kernel was tampered with. Do not trust anything that it sent.',
  },
  E_ISOLATION: {
    meaning: 'Process isolation was requested where it is not possible: in a browser tab, in Bun or in Deno.',
    advice: "Use isolation: 'worker' there.",
  },
  E_PARENT_CLOSED: {
    meaning: 'The parent instance is closed.',
    advice: 'Create another one with createParent.',
  },
  E_PARENT_OPTION: {
    meaning: 'An option of createParent, of parent.start, of a connection or of a test enclave is invalid.',
    advice: 'Correct the option that the message names.',
  },
  E_PARENT_ROOT: {
    meaning: 'The root certificate was read before it was loaded.',
    advice: 'Use createParent, which loads it first.',
  },
  E_POOL_BUSY: {
    meaning: 'All enclaves of a pool are busy, and as many calls wait as may. The call was not begun.',
    advice: 'Try again later, or make the pool, its concurrency or its queue larger.',
  },
  E_POOL_CLOSED: {
    meaning: 'The pool is closed. The call was not begun.',
    advice: 'Create another pool.',
  },
  E_POOL_FAILED: {
    meaning:
      'The enclaves of a pool did not start, or ended before they answered, several times in a row. The call was not begun.',
    advice: 'Read why in the error, mend the application, and create the pool again.',
  },
  E_POOL_LOST: {
    meaning: 'The enclave ended during the call, which may have had an effect.',
    advice: 'Try again only if it does no harm to do it twice.',
  },
  E_POOL_MEMORY: {
    meaning: 'The parent instance does not have enough memory left for the enclave.',
    advice: 'Stop an enclave, request less, or raise memory_mib; qt env show prints what is left.',
    cloud: ['09', 'E27'],
  },
  E_POOL_OPTION: {
    meaning:
      'An option of a pool is invalid, or its parent instance has less than it needs; or a pool of an application without a service was called.',
    advice: 'Correct the option that the error names.',
  },
  E_POOL_VCPUS: {
    meaning: 'The parent instance does not have enough vCPUs left for the enclave.',
    advice: 'Stop an enclave, request fewer, or raise cpu_count; qt env show prints what is left.',
    cloud: ['11', 'E22'],
  },
  E_QTSM_MAILBOX: {
    meaning: 'An enclave sent its security module (QTSM or NSM) a request of an invalid length.',
    advice: 'The enclave was killed. Do not trust anything that it sent.',
  },
  E_TAB_ISOLATION: {
    meaning:
      'The page is not cross-origin isolated, or the browser has no SharedArrayBuffer, so no memory can be shared with an enclave.',
    advice:
      'Call isolateTab() of webclave/browser, or serve the page with the COOP and COEP headers. If the browser has no SharedArrayBuffer, use Chromium or Firefox.',
  },
  E_TAB_SERVICE_WORKER: {
    meaning:
      'The service worker of webclave does not control this page, so enclaves could not be isolated from the network.',
    advice:
      'Call await isolateTab() of webclave/browser first, with dist/service-worker.js in the folder of the page.',
  },
  E_TRACE_OFF: {
    meaning: 'The packets of this enclave are not recorded.',
    advice: 'Start it with trace: { packets: 1000 }.',
  },
  E_TRACE_OPTION: {
    meaning: 'An option of the trace is too large or not a whole number.',
    advice: 'Correct the option that the message names.',
  },
  E_WORKER_SCRIPT: {
    meaning: "The service worker does not serve the script of an enclave's Worker.",
    advice: 'Reload the page; an older service worker may still control it.',
  },
}
