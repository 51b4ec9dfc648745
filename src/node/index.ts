/**
 * `webclave/node`: integration with Node. Turns a vsock connection into a Node stream, for `pipeline`, HTTP agents,
 * database clients and other code that expects one.
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

export { type ConnectToOptions, connectTo } from './connect-to.ts'

/** Options of `toDuplex`. */
export interface DuplexOptions {
  /** Whether the stream stays writable after the enclave has closed its side. @default true */
  allowHalfOpen?: boolean
}

/**
 * Wraps the connection in a Node `Duplex`, which takes over its two Web Streams. Both directions have backpressure.
 * `end()` closes the writable side. `destroy()` before both sides have ended resets the connection. If the enclave
 * resets the connection, the stream is destroyed with E_VSOCK_RESET.
 *
 * @throws {TypeError} if one of the two Web Streams is already locked.
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
    what: `the connection to CID ${remote.cid}, port ${remote.port} was reset`,
  })
}
