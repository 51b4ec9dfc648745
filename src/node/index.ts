/**
 * `webclave/node`: what only Node has. A vsock connection as a Node stream, for everything that is written for those:
 * `pipeline`, HTTP agents, database clients.
 *
 * @example
 * import { toDuplex } from 'webclave/node'
 *
 * const stream = toDuplex(await enclave.connect(5000))
 * stream.end('return 6 * 7')
 * for await (const bytes of stream) console.log(String(bytes))
 *
 * @module
 */
import { Duplex } from 'node:stream'
import { EnclaveError } from '../base/error.ts'
import type { VsockSocket } from '../vsock/socket.ts'

export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'

/** How the stream behaves. */
export interface DuplexOptions {
  /** Whether this half stays open when the enclave has closed its own. @default true */
  allowHalfOpen?: boolean
}

/**
 * The connection as a Node `Duplex`, which takes over its two Web Streams. Both directions have backpressure; `end()`
 * closes this half; `destroy()` before both halves are over resets the connection, and an enclave that resets it destroys
 * the stream with E_VSOCK_RESET.
 *
 * @throws {TypeError} where one of the two Web Streams is locked by somebody else.
 *
 * @example
 * const stream = toDuplex(await enclave.connect(5000))
 * stream.end('return 6 * 7')
 * for await (const bytes of stream) console.log(String(bytes))
 */
export function toDuplex(socket: VsockSocket, { allowHalfOpen = true }: DuplexOptions = {}): Duplex {
  const reader = socket.readable.getReader()
  const writer = socket.writable.getWriter()
  const duplex = new Duplex({
    allowHalfOpen,
    read() {
      reader.read().then(
        ({ value, done }) => this.push(done ? null : value),
        (error: Error) => this.destroy(error),
      )
    },
    write(chunk: Uint8Array, _, callback) {
      writer.write(chunk).then(() => callback(), callback)
    },
    final(callback) {
      writer.close().then(() => callback(), callback)
    },
    destroy(error, callback) {
      if (!this.readableEnded || !this.writableFinished) socket.reset()
      callback(error)
    },
  })
  void socket.closed.then((reason) => {
    if (reason === 'reset') duplex.destroy(resetOf(socket))
  })
  return duplex
}

function resetOf({ remote }: VsockSocket): EnclaveError {
  return new EnclaveError('E_VSOCK_RESET', {
    what: `the connection with CID ${remote.cid}, port ${remote.port} was reset`,
  })
}
