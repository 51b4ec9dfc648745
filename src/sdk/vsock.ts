/** vsock for TypeScript applications: promises and async iterators over `qingtian:enclave/vsock`. */
import { type Address, Connection, Listener, localCid } from 'qingtian:enclave/vsock'
import type { InputStream, OutputStream } from 'wasi:io/streams'
import { readInto, wait } from 'webclave:engine'
import { type BytesInput, bytesOf, integerOf } from './arguments.ts'

/** The CID of the parent instance, the only one that an enclave can reach. */
export const PARENT_CID = 3

/** The maximum of bytes per read. */
const READ_LENGTH = 65536

/** How much a socket may do before other tasks get a turn: bytes per turn, and the minimum that a call counts. */
const TURN_LENGTH = 262144
const CALL_LENGTH = 2048

const MAX_BACKLOG = 128
/** Linux gives a port to its callers as 32 bits. */
const MAX_PORT = 0xffffffff

/** Connections that a listener accepts before other tasks get a turn. */
const MAX_ACCEPTED = 128

/** A failed socket call; `code` is an error-code of `wit/vsock.wit`, such as `refused`, or `closed`. */
export class VsockError extends Error {
  override readonly name = 'VsockError'
  readonly code: string

  constructor(code: string) {
    super(`vsock: ${code}`)
    this.code = code
  }
}

/** The error-code in an error that the engine throws for a WIT error. */
function codeOf(error: unknown): string {
  const payload = (error as { payload?: unknown } | undefined)?.payload ?? error
  if (typeof payload === 'string') return payload
  const tag = (payload as { tag?: unknown } | undefined)?.tag
  // A stream of an established connection can fail only by a reset.
  if (tag === 'last-operation-failed') return 'reset'
  return typeof tag === 'string' ? tag : String(error)
}

function attempt<Result>(call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    throw new VsockError(codeOf(error))
  }
}

/**
 * One connection. Reading gives chunks until the peer closes its half; writing waits for the peer's buffer.
 *
 * @example
 * const socket = await connect(8000)
 * await socket.write(new TextEncoder().encode('hello'))
 * socket.end()
 * for await (const bytes of socket) console.log(bytes.length)
 */
export class Socket {
  readonly local: Address
  readonly remote: Address
  readonly #connection: Connection
  readonly #input: InputStream
  readonly #output: OutputStream
  #outputOpen = true
  #open = true
  /** How much of its turn is used since it last waited; meanwhile no other socket is served. */
  #spent = 0

  /** Used by `connect` and `listen`: wraps an established connection. */
  constructor(connection: Connection) {
    this.#connection = connection
    ;[this.#input, this.#output] = attempt(() => connection.streams())
    this.local = connection.localAddress()
    this.remote = connection.remoteAddress()
  }

  /**
   * The next bytes, at most `length` and at most 64 KiB; undefined once the peer has closed its half.
   * @throws {VsockError} `reset` if the peer reset the connection. @throws {TypeError} if `length` is not 1 or more.
   */
  read(length: number = READ_LENGTH): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#next(() => this.#input.read(length), length)
  }

  /**
   * The next bytes, at most 64 KiB, put at the begin of `place`, without a copy between; undefined as of `read`.
   * @internal
   */
  readInto(place: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#next(() => place.subarray(0, readInto(this.#input, place)))
  }

  async #next(read: () => Uint8Array<ArrayBuffer>, length = 1): Promise<Uint8Array<ArrayBuffer> | undefined> {
    integerOf('length', length, 1, Number.MAX_SAFE_INTEGER)
    while (this.#open) {
      try {
        const bytes = this.#spent < TURN_LENGTH ? read() : undefined
        if (bytes !== undefined && bytes.length > 0) {
          this.#spend(bytes.length)
          return bytes
        }
      } catch (error) {
        const code = codeOf(error)
        if (code === 'closed') return undefined
        throw new VsockError(code)
      }
      this.#spent = 0
      await wait(this.#input.subscribe())
    }
    return undefined
  }

  /**
   * Writes all of `bytes`.
   * @throws {VsockError} `closed` if the peer stopped reading, `reset` if it reset the connection.
   * @throws {TypeError} if `bytes` is not bytes, such as text.
   */
  async write(bytes: BytesInput): Promise<void> {
    let rest = bytesOf('bytes', bytes)
    while (rest.length > 0) {
      if (!this.#outputOpen) throw new VsockError('closed')
      const room = this.#spent < TURN_LENGTH ? attempt(() => this.#output.checkWrite()) : 0
      if (room === 0) {
        this.#spent = 0
        await wait(this.#output.subscribe())
        continue
      }
      const part = rest.subarray(0, room)
      attempt(() => this.#output.write(part))
      this.#spend(part.length)
      rest = rest.subarray(part.length)
    }
  }

  /** As `write`, but returns nothing if all was written at once: a promise takes an interpreter long. @internal */
  writeDirect(bytes: Uint8Array): Promise<void> | undefined {
    if (!this.#outputOpen || this.#spent >= TURN_LENGTH) return this.write(bytes)
    if (attempt(() => this.#output.checkWrite()) < bytes.length) return this.write(bytes)
    attempt(() => this.#output.write(bytes))
    this.#spend(bytes.length)
    return undefined
  }

  /** Whether bytes can still be sent: false once the peer has stopped reading or this end writing, and after the connection. */
  get writable(): boolean {
    if (!this.#outputOpen) return false
    try {
      this.#output.checkWrite()
      return true
    } catch {
      return false
    }
  }

  #spend(length: number): void {
    this.#spent += Math.max(length, CALL_LENGTH)
  }

  /** Closes the writing half: the peer reads what was written, then the end of the stream. */
  end(): void {
    if (!this.#outputOpen) return
    this.#outputOpen = false
    this.#output[Symbol.dispose]?.()
  }

  /** Closes both halves. */
  close(): void {
    if (!this.#open) return
    this.end()
    this.#open = false
    this.#input[Symbol.dispose]?.()
    this.#connection[Symbol.dispose]?.()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let bytes = await this.read(); bytes; bytes = await this.read()) yield bytes
  }
}

/** A port. @throws {VsockError} invalid-argument. @throws {TypeError} */
function checkPort(port: number): number {
  if (typeof port !== 'number') return integerOf('port', port, 0, MAX_PORT)
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) throw new VsockError('invalid-argument')
  return port
}

/**
 * Connects to a port of the parent instance.
 * @throws {VsockError} `refused`, `timed-out`, `reset`, `invalid-argument`, `too-many-sockets`.
 * @throws {TypeError} if `port` is not a number.
 */
export async function connect(port: number): Promise<Socket> {
  const remote = { cid: PARENT_CID, port: checkPort(port) }
  const connection = attempt(() => Connection.connect(remote))
  await wait(connection.subscribe())
  return new Socket(connection)
}

/**
 * Accepts connections of the parent instance on `port`, one after the other, until the loop is left.
 * @throws {VsockError} `address-in-use`, `invalid-argument`, `too-many-sockets`.
 * @throws {TypeError} if `port` is not a number, or `backlog` is not an integer from 1 to 128.
 * @example
 * for await (const socket of listen(5000)) {
 *   answer(socket)
 *   break
 * }
 */
export async function* listen(port: number, backlog = 64): AsyncGenerator<Socket, void, void> {
  const local = checkPort(port)
  integerOf('backlog', backlog, 1, MAX_BACKLOG)
  const listener = attempt(() => Listener.listen(local, backlog))
  try {
    for (;;) {
      await wait(listener.subscribe())
      // Accepts all waiting connections: with one per turn, the last would wait for as many turns of busy sockets.
      for (let taken = 0; taken < MAX_ACCEPTED; taken++) {
        const socket = accept(listener)
        if (!socket) break
        yield socket
      }
    }
  } finally {
    listener[Symbol.dispose]?.()
  }
}

/** The next waiting connection; undefined if there is none or it is already gone. */
function accept(listener: Listener): Socket | undefined {
  try {
    return new Socket(listener.accept())
  } catch {
    return undefined
  }
}

export { localCid }
