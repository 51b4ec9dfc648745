/** What the error codes mean: the parent instance and the life of an enclave. */
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
    advice: 'The enclave was ended: do not trust what came from it.',
  },
  E_CID_RANGE: {
    meaning: "The CID cannot be an enclave's.",
    advice: 'Choose a CID from 4 to 4294967294.',
    cloud: ['02', 'E03'],
  },
  E_CID_TAKEN: {
    meaning: 'Another enclave has the CID.',
    advice: 'Choose another CID, or give none: the lowest that is free is taken.',
    cloud: ['43', 'E33'],
  },
  E_CLOUD_ENCLAVES: {
    meaning: 'The parent instance has as many enclaves as it can have.',
    advice: 'Stop an enclave, or raise max_enclaves in the file of the pool.',
    cloud: ['05', 'E28'],
  },
  E_CLOUD_MEMORY: {
    meaning: 'The real cloud would refuse to start the enclave with so little memory.',
    advice: 'Give more memory: four times the image, and no less than the cloud demands.',
    cloud: ['10', 'E26'],
  },
  E_ENCLAVE_BOOT: {
    meaning: 'The enclave ended before its program ran.',
    advice: 'Start it in debug mode and read its console; the message says how it ended.',
    cloud: ['19', 'E36'],
  },
  E_ENCLAVE_END: {
    meaning: 'The kernel of an enclave told an end that is not one.',
    advice: 'The enclave was ended. Its kernel was tampered with: do not trust what came from it.',
  },
  E_ENCLAVE_HEARTBEAT: {
    meaning: 'The kernel of an enclave sent something other than the heartbeat.',
    advice: 'The enclave was ended. Its kernel was tampered with: do not trust what came from it.',
  },
  E_ISOLATION: {
    meaning: 'An enclave was to run in a process of its own in a place that has no processes.',
    advice: "Use isolation: 'worker' in a tab.",
  },
  E_PARENT_CLOSED: {
    meaning: 'The parent instance was closed.',
    advice: 'Make another one with createParent.',
  },
  E_PARENT_OPTION: {
    meaning: 'An option of a parent instance or of a start is not what it may be.',
    advice: 'Correct the option that the message names.',
  },
  E_PARENT_ROOT: {
    meaning: 'The root certificate was asked for before it was read.',
    advice: 'Use createParent, which reads it first.',
  },
  E_POOL_MEMORY: {
    meaning: 'The parent instance does not have enough memory left for the enclave.',
    advice: 'Stop an enclave, ask for less, or raise memory_mib: qt env show tells what is left.',
    cloud: ['09', 'E27'],
  },
  E_POOL_VCPUS: {
    meaning: 'The parent instance does not have enough vCPUs left for the enclave.',
    advice: 'Stop an enclave, ask for fewer, or raise cpu_count: qt env show tells what is left.',
    cloud: ['11', 'E22'],
  },
  E_QTSM_MAILBOX: {
    meaning: 'An enclave sent its security module a request of an impossible length.',
    advice: 'The enclave was ended: do not trust what came from it.',
  },
  E_TAB_ISOLATION: {
    meaning: 'The page is not cross-origin isolated, so it cannot share memory with an enclave.',
    advice: 'Call isolateTab() of webclave/browser, or serve the page with COOP and COEP headers.',
  },
  E_TAB_SERVICE_WORKER: {
    meaning: 'The service worker of webclave is not in charge of this page, so enclaves could not be sealed.',
    advice: 'Call await isolateTab() of webclave/browser first, with dist/service-worker.js beside the page.',
  },
  E_TRACE_OFF: {
    meaning: 'No packets of this enclave are recorded.',
    advice: 'Start it with trace: { packets: 1000 }.',
  },
  E_TRACE_OPTION: {
    meaning: 'An option of the trace is too large or not a count.',
    advice: 'Correct the option that the message names.',
  },
  E_WORKER_SCRIPT: {
    meaning: "The service worker does not serve the script of an enclave's Worker.",
    advice: 'Load the page again; an older service worker may still be in charge.',
  },
}
