/**
 * TLS within the enclave, over any connection: what leaves the enclave is ciphertext. The module that does it has no network
 * (webclave:engine/tls); here is what carries its bytes.
 */
import { concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { addressBytes } from './address.ts'
import type { ByteSocket, NetworkHost } from './host.ts'
import { rootsOf } from './roots.ts'
import { ALERT_LENGTH, alertIn, tlsError } from './tls-errors.ts'

/** The most bytes that the module takes at a time. */
const MAX_PART = 32768
const SEED_LENGTH = 64
const HEAD_LENGTH = 20
const NONE = new Uint8Array(0)
const ENDS = 1
const CLOSES = 2

const State = { HANDSHAKE: 0, OPEN: 1, CLOSED: 2, FAILED: 3 } as const

/** What a session is opened with. */
export interface SecureOptions {
  /** The name, or the address, that the server's certificate must have. */
  readonly name: string
  /** The protocol to agree on (ALPN), such as `http/1.1`. */
  readonly protocol?: string | undefined
}

/** How long ciphertext may take that is still to be sent when a session is closed. */
const CLOSE_TIMEOUT = 1000

/** The instance of the module that a host has now. Handles of another mean nothing to it, or another session. */
const instances = new WeakMap<NetworkHost, Instance>()

interface Instance {
  /** How many root certificates it could read. */
  readonly roots: number
}

interface Session {
  readonly handle: number
  readonly instance: Instance
}

/** A session; reads and writes plaintext. */
export class TlsSocket implements ByteSocket {
  readonly #host: NetworkHost
  readonly #under: ByteSocket
  readonly #server: string
  readonly #session: Session
  #state: number = State.HANDSHAKE
  #version = 0
  /** Of what was received last in the handshake: it may be an alert, which is not encrypted yet. */
  #last: Uint8Array = NONE
  /** Plaintext that nobody has taken yet. */
  #texts: Uint8Array<ArrayBuffer>[] = []
  #failure: EnclaveError | undefined
  /** Ciphertext goes out in the order in which it was made. */
  #sending: Promise<void> = Promise.resolve()
  #isEnded = false
  #isClosed = false

  private constructor(host: NetworkHost, under: ByteSocket, server: string, session: Session) {
    this.#host = host
    this.#under = under
    this.#server = server
    this.#session = session
  }

  /**
   * Opens a session over `under`.
   * @throws {EnclaveError} E_TLS_…; what reading and writing throw
   */
  static async open(host: NetworkHost, under: ByteSocket, options: SecureOptions): Promise<TlsSocket> {
    const socket = new TlsSocket(host, under, options.name, openSession(host, options))
    try {
      await socket.#shakeHands()
      return socket
    } catch (error) {
      socket.close()
      throw error
    }
  }

  /** `TLSv1.3` or `TLSv1.2`. */
  get version(): string {
    return this.#version === 0x0304 ? 'TLSv1.3' : 'TLSv1.2'
  }

  async read(length: number = MAX_PART): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (this.#texts.length === 0) {
      if (this.#failure) throw this.#failure
      if (this.#state !== State.OPEN || this.#isClosed) return undefined
      await this.#receive()
    }
    const [first] = this.#texts
    if (first!.byteLength <= length) return this.#texts.shift()
    this.#texts[0] = first!.subarray(length)
    return first!.subarray(0, length)
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; at += MAX_PART) {
      if (this.#failure) throw this.#failure
      if (!this.#isWritable || this.#isEnded || this.#isClosed) throw closed(this.#server)
      await this.#run(NONE, bytes.subarray(at, at + MAX_PART), 0)
    }
    if (this.#failure) throw this.#failure
  }

  /** Tells the server that nothing more comes. */
  end(): void {
    if (this.#isEnded || this.#isClosed) return
    this.#isEnded = true
    const told = this.#isWritable ? this.#run(NONE, NONE, CLOSES) : Promise.resolve()
    void told.then(() => this.#under.end()).catch(() => {})
  }

  close(): void {
    if (this.#isClosed) return
    this.end()
    this.#isClosed = true
    if (this.#isCurrent()) this.#host.tls.close(this.#session.handle)
    // The server may never read the rest.
    const cancel = this.#host.later(() => this.#under.close(), CLOSE_TIMEOUT)
    void this.#sending.then(() => {
      cancel()
      this.#under.close()
    })
  }

  /** Also after the server has said that it sends no more. */
  get #isWritable(): boolean {
    return this.#state === State.OPEN || this.#state === State.CLOSED
  }

  #isCurrent(): boolean {
    return instances.get(this.#host) === this.#session.instance
  }

  async #shakeHands(): Promise<void> {
    await this.#run(NONE, NONE, 0)
    while (this.#state === State.HANDSHAKE && !this.#failure) await this.#receive()
    // Some servers say all they have to say with the end of their handshake. The end alone could be anybody's.
    if (this.#texts.length > 0) return
    if (this.#failure) throw this.#failure
    if (this.#state !== State.OPEN) throw closed(this.#server)
  }

  async #receive(): Promise<void> {
    const bytes = await this.#under.read(MAX_PART)
    if (this.#isClosed) return
    await this.#run(bytes ?? NONE, NONE, bytes ? 0 : ENDS)
  }

  /** One call of the module, and the sending of what it made. */
  async #run(received: Uint8Array, text: Uint8Array, steps: number): Promise<void> {
    if (this.#state === State.HANDSHAKE)
      this.#last = concatBytes(this.#last, received.subarray(-ALERT_LENGTH)).subarray(-ALERT_LENGTH)
    const seconds = Math.floor(Date.now() / 1000)
    const result =
      this.#isCurrent() && this.#host.tls.run(this.#session.handle, seconds, steps, received, text)
    if (!result) {
      if (this.#isCurrent()) instances.delete(this.#host)
      this.#state = State.FAILED
      this.#failure = lost(this.#server)
      return
    }
    const head = new DataView(result.buffer, result.byteOffset, HEAD_LENGTH)
    this.#state = head.getUint32(0, true)
    this.#version = head.getUint32(4, true)
    if (this.#state === State.FAILED)
      this.#failure = tlsError(this.#server, {
        code: head.getInt32(8, true),
        flags: head.getUint32(12, true),
        alert: alertIn(this.#last),
      })
    const end = HEAD_LENGTH + head.getUint32(16, true)
    if (end < result.byteLength) this.#texts.push(result.subarray(end) as Uint8Array<ArrayBuffer>)
    if (end > HEAD_LENGTH) await this.#send(result.subarray(HEAD_LENGTH, end))
  }

  #send(bytes: Uint8Array): Promise<void> {
    const sent = this.#sending.then(() => this.#under.write(bytes))
    // Who waits for it learns of an error; who does not, finds it at the next call.
    this.#sending = sent.catch(() => {})
    // An alert that cannot be sent matters less than what it would have said.
    return this.#failure ? this.#sending : sent
  }
}

function openSession(host: NetworkHost, { name, protocol = '' }: SecureOptions): Session {
  const { tls, random } = host
  const seed = random(SEED_LENGTH)
  let instance = instances.get(host)
  if (!instance) {
    const roots = rootsOf(host)
    const counted = tls.begin(seed, roots)
    if (!counted) throw noMemory(name)
    instance = { roots: wordOf(counted) }
    instances.set(host, instance)
  }
  if (instance.roots === 0)
    throw new EnclaveError('E_TLS_ROOTS', { what: 'none of the image’s root certificates can be read' })
  const encoder = new TextEncoder()
  // Certificates have names without the dot at the end, and so has the server's name in TLS (RFC 6066, section 3).
  const server = encoder.encode(name.replace(/\.$/, ''))
  const handle = tls.open(seed, server, addressBytes(name) ?? NONE, encoder.encode(protocol))
  if (!handle) throw noMemory(name)
  return { handle: wordOf(handle), instance }
}

const wordOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)

const closed = (server: string) =>
  new EnclaveError('E_NETWORK_CLOSED', { what: `the connection to ${server} is closed` })

const noMemory = (server: string) =>
  new EnclaveError('E_TLS_MEMORY', {
    what: `no secure connection to ${server}: the memory of TLS is used up`,
    expected: 'at most 64 sessions at a time',
    hint: 'close connections that are not used',
  })

const lost = (server: string) =>
  new EnclaveError('E_TLS_RECORD', {
    what: `the secure connection to ${server} is lost, with all others of this enclave`,
    hint: 'open it again',
  })
