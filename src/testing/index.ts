/**
 * `webclave/testing`, for tests and nothing else. `testEnclave`: unit tests of an application's modules, without an
 * enclave. In Node, `webclave/sdk` is the real SDK over a test enclave in the same thread: its vsock, its security module
 * and its cryptography are those of an enclave. What isolates is missing: memory, time and globals are those of the
 * process. `createTestParent`: real enclaves whose clock, random values and keys are the same in every run.
 *
 * @example
 * import { serve } from 'webclave/sdk'
 * import { testEnclave } from 'webclave/testing'
 *
 * testEnclave.reset({ args: ['--verbose'] })
 * void serve({ add: ({ a, b }) => a + b })
 * const socket = await testEnclave.connect(5000)
 *
 * @module
 */
import { signalOf } from '../parent/arguments.ts'
import type { Listener, ListenOptions, SocketHandler } from '../parent/listeners.ts'
import type { VsockSocket } from '../vsock/socket.ts'
import { machine, replaceMachine } from './current.ts'
import type { TestEnclaveOptions } from './options.ts'

export type { Listener, ListenOptions, SocketHandler } from '../parent/listeners.ts'
export type { VsockSocket } from '../vsock/socket.ts'
export type { TestEnclaveOptions } from './options.ts'
export { createTestParent, type TestParentOptions } from './test-parent.ts'

/** The test enclave of this thread, as its parent instance sees it. */
export interface TestEnclave {
  /** The enclave's CID. */
  readonly cid: number
  /**
   * The root certificate of its attestation documents, PEM, which is the same for all test enclaves of a thread.
   *
   * @example
   * const nonce = crypto.getRandomValues(new Uint8Array(32))
   * const document = attest({ nonce })
   * const roots = testEnclave.rootCertificate
   * const options = { profile: 'qingtian', roots, nonce, allowDebug: true }
   * const { ok } = await verifyAttestation(document, options)
   * ok // true
   */
  readonly rootCertificate: string
  /**
   * Connects to a port on which the application listens.
   *
   * @throws {EnclaveError} E_VSOCK_PORT, E_VSOCK_REFUSED, E_VSOCK_TIMED_OUT, E_VSOCK_CLOSED, E_PARENT_OPTION for an
   *   invalid signal; the signal's reason.
   * @example
   * const service = new ServiceClient(await testEnclave.connect(5000))
   */
  connect(port: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<VsockSocket>
  /**
   * Listens on a port of the parent instance, CID 3.
   *
   * @throws {EnclaveError} E_VSOCK_PORT, E_VSOCK_PORT_TAKEN, E_PARENT_OPTION for an invalid handler or signal; the
   *   signal's reason if it has already aborted.
   * @example
   * const listener = testEnclave.listen(9001, (socket) => socket.close())
   */
  listen(port: number, handler: SocketHandler, options?: ListenOptions): Listener
  /**
   * Ends the enclave with all of its connections and listeners, and begins another, with new PCRs. What the application
   * waits for in the ended one never happens.
   *
   * @throws {EnclaveError} E_CID_RANGE, E_PCR_INDEX, E_PCR_VALUE, E_PARENT_OPTION for another option that is unknown or
   *   of the wrong type.
   * @example
   * afterEach(() => testEnclave.reset())
   */
  reset(options?: TestEnclaveOptions): void
}

/** The test enclave of this thread. */
export const testEnclave: TestEnclave = {
  get cid() {
    return machine().options.cid
  },
  get rootCertificate() {
    return machine().rootCertificate
  },
  connect: async (port, options) => machine().hypervisor.connect(port, signalOf(options)),
  listen: (port, handler, options) => machine().listeners.listen(port, handler, options),
  reset: (options = {}) => replaceMachine(options),
}
