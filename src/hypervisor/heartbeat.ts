/**
 * Answers an enclave's heartbeat: one connection to port 9000, one byte, echoed. A kernel that sends anything else is
 * not webclave's kernel.
 */
import { EnclaveError } from '../base/error.ts'
import { HEARTBEAT_BYTE } from '../boundary/heartbeat.ts'
import type { Acceptor } from '../vsock/acceptor.ts'
import type { Connection } from '../vsock/connection.ts'

/** Listens for one enclave's heartbeat, and accepts nothing after it. */
export class Heartbeat implements Acceptor {
  #listening = true
  #answered = false

  /** Whether the heartbeat has been received and answered. */
  get answered(): boolean {
    return this.#answered
  }

  hasRoom(): boolean {
    return this.#listening
  }

  accept(connection: Connection): void {
    this.#listening = false
    connection.onChange = () => this.#answer(connection)
  }

  /** @throws {EnclaveError} E_ENCLAVE_HEARTBEAT for anything but the one byte; the caller ends the enclave. */
  #answer(connection: Connection): void {
    const bytes = new Uint8Array(2)
    const length = connection.read(bytes)
    if (length === 0) return
    if (this.#answered || length !== 1 || bytes[0] !== HEARTBEAT_BYTE) {
      throw new EnclaveError('E_ENCLAVE_HEARTBEAT', {
        what: 'the kernel sent an invalid heartbeat',
        expected: `one byte, ${HEARTBEAT_BYTE}`,
        got: `${length} bytes, the first ${bytes[0]}`,
      })
    }
    this.#answered = connection.write(bytes.subarray(0, length), length) === 1
  }
}
