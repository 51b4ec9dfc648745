/** TCP connections to hosts beyond the parent instance, through the proxy there; with TLS, which ends in the enclave. */
import { openTcp } from 'webclave:network'
import { EnclaveError } from '../base/error.ts'
import type { ErrorCode } from '../base/error-code.ts'
import type { ByteSocket } from '../network/host.ts'
import type { ConnectOptions, TlsOptions } from '../network/index.ts'
import { type BytesInput, bytesOf, integerOf, stringOf } from './arguments.ts'

export type { ConnectOptions, TlsOptions }

const MAX_PORT = 65_535

/** Makes a socket of an established connection. */
let wrap: (socket: ByteSocket, remote: TcpSocket['remote'], tlsVersion: string | undefined) => TcpSocket

/**
 * One connection to a host. Reading gives chunks until the host closes its half; writing waits for its buffer.
 *
 * @example
 * const socket = await connect('time.example.com', 13)
 * for await (const bytes of socket) console.log(new TextDecoder().decode(bytes))
 */
export class TcpSocket {
  /** The host and the port of `connect`. */
  readonly remote: { readonly host: string; readonly port: number }
  /** `TLSv1.3` or `TLSv1.2`; undefined without TLS. */
  readonly tlsVersion: string | undefined
  readonly #socket: ByteSocket

  private constructor(socket: ByteSocket, remote: TcpSocket['remote'], tlsVersion: string | undefined) {
    this.#socket = socket
    this.remote = remote
    this.tlsVersion = tlsVersion
  }

  static {
    wrap = (...established) => new TcpSocket(...established)
  }

  /**
   * The next bytes, at most `length` and at most 64 KiB; undefined once the host has closed its half.
   * @throws {EnclaveError} E_NETWORK_CLOSED if the connection was lost; E_TLS_TRUNCATED, E_TLS_ALERT, E_TLS_RECORD.
   * @throws {TypeError} if `length` is not 1 or more.
   */
  async read(length?: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (length !== undefined) integerOf('length', length, 1, Number.MAX_SAFE_INTEGER)
    return this.#attempt(() => this.#socket.read(length))
  }

  /**
   * Writes all of `bytes`.
   * @throws {EnclaveError} E_NETWORK_CLOSED if the host stopped reading; with TLS also E_TLS_ALERT.
   * @throws {TypeError} if `bytes` is not bytes, such as text.
   */
  async write(bytes: BytesInput): Promise<void> {
    const all = bytesOf('bytes', bytes)
    return this.#attempt(() => this.#socket.write(all))
  }

  /** Closes the writing half: the host reads what was written, then the end of the stream. */
  end(): void {
    this.#socket.end()
  }

  /** Closes both halves. */
  close(): void {
    this.#socket.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let bytes = await this.read(); bytes; bytes = await this.read()) yield bytes
  }

  async #attempt<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act()
    } catch (error) {
      throw ownError(error, `the connection to ${this.remote.host}:${this.remote.port} was lost`)
    }
  }
}

/**
 * Connects to `port` of `host`, a name or an address, through the proxy at the parent instance (`qt proxy`, or `openProxy` of
 * `webclave/proxy`), which must allow it, as must `destinations` of the image's manifest. The parent sees what is sent; with
 * `tls` it sees ciphertext only.
 *
 * @throws {EnclaveError} E_NETWORK_PROXY without a proxy, E_NETWORK_REFUSED with its rule, E_NETWORK_CONNECT, E_NETWORK_TIMEOUT;
 *   with `tls` also E_TLS_ROOTS, E_TLS_ROOT, E_TLS_NAME, E_TLS_EXPIRED, E_TLS_WEAK, E_TLS_CERTIFICATE, E_TLS_VERSION,
 *   E_TLS_AGREEMENT, E_TLS_ALERT, E_TLS_RECORD, E_TLS_TRUNCATED, E_TLS_MEMORY; the signal's reason.
 * @throws {TypeError} for an argument of the wrong type.
 * @example
 * const socket = await connect('time.example.com', 13) // with { tls: true } the parent cannot read it
 * await socket.write(new TextEncoder().encode('hello'))
 * socket.end()
 */
export async function connect(host: string, port: number, options: ConnectOptions = {}): Promise<TcpSocket> {
  const remote = { host: stringOf('host', host), port: integerOf('port', port, 1, MAX_PORT) }
  try {
    const { socket, version } = await openTcp(remote, options)
    return wrap(socket, remote, version)
  } catch (error) {
    if (options.signal?.aborted && error === options.signal.reason) throw error
    throw ownError(error, `cannot connect to ${host}:${port}`)
  }
}

/** The engine's errors are of its own class. */
function ownError(error: unknown, what: string): unknown {
  if (error instanceof TypeError) return error
  const known = error as EnclaveError
  if (known?.name !== 'EnclaveError')
    return new EnclaveError('E_NETWORK_CLOSED', { what, got: known?.code ?? String(error), cause: error })
  return new EnclaveError(known.code as ErrorCode, {
    what: known.what,
    ...(known.expected !== undefined && { expected: known.expected }),
    ...(known.got !== undefined && { got: known.got }),
    ...(known.hint !== undefined && { hint: known.hint }),
    cause: known.cause,
  })
}
