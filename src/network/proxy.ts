/** The way to a host: HTTP's CONNECT (RFC 9110, section 9.3.6) to the proxy at the parent instance, which may refuse it. */
import { EnclaveError } from '../base/error.ts'
import { Receiver } from '../http1/receiver.ts'
import type { ByteSocket, NetworkHost } from './host.ts'
import { fromLatin1 } from './latin1.ts'

const MAX_LINE = 8192
const MAX_LINES = 32
const MAX_REASON = 2000
/** The answer of a proxy that is a page. */
const NO_TCP = 501
const STATUS = /^HTTP\/1\.[01] (\d{3})(?: |$)/

/** What is to do about an error of the socket. */
const HINTS: Readonly<Record<string, string>> = {
  reset:
    'it closes connections at once if it has too many, or leads to one host that the manifest of the image does not list',
  'too-many-sockets': 'the enclave has too many connections: close those that are not used',
}

/** A host and its port. */
export interface Destination {
  readonly host: string
  readonly port: number
}

/** `HOST:PORT`, an IPv6 address in brackets. */
export const authorityOf = ({ host, port }: Destination): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

/** A connection through the proxy that has not been accepted yet. */
export class Passage {
  readonly #socket: ByteSocket
  readonly #receiver: Receiver
  readonly #destination: Destination

  private constructor(socket: ByteSocket, destination: Destination) {
    this.#socket = socket
    this.#receiver = new Receiver(() => socket.read())
    this.#destination = destination
  }

  /** @throws {EnclaveError} E_NETWORK_PROXY if nothing listens on the proxy's port. */
  static async open({ open }: NetworkHost, proxyPort: number, destination: Destination): Promise<Passage> {
    try {
      return new Passage(await open(proxyPort), destination)
    } catch (cause) {
      const { code = 'an error' } = cause as { code?: string }
      throw new EnclaveError('E_NETWORK_PROXY', {
        what: `cannot connect to a proxy on port ${proxyPort} of the parent instance`,
        got: code,
        hint: HINTS[code] ?? 'start one there: qt proxy, or openProxy of webclave/proxy',
        cause,
      })
    }
  }

  /** @throws {EnclaveError} E_NETWORK_REFUSED, E_NETWORK_CONNECT with the proxy's reason; E_NETWORK_PROXY. */
  async request(): Promise<ByteSocket> {
    const authority = authorityOf(this.#destination)
    const request = `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`
    try {
      await this.#socket.write(new TextEncoder().encode(request))
      const status = await this.#head()
      if (status !== 200) throw await this.#refusal(status)
    } catch (cause) {
      this.close()
      if (cause instanceof EnclaveError) throw cause
      throw noProxy((cause as { code?: string }).code ?? (cause as Error).message, cause)
    }
    const socket = this.#socket
    return {
      // A server may speak first, and then its bytes may follow the answer at once.
      read: (length = MAX_LINE * 8) =>
        this.#receiver.held > 0 ? this.#receiver.some(length) : socket.read(length),
      write: (bytes) => socket.write(bytes),
      end: () => socket.end(),
      close: () => socket.close(),
    }
  }

  /** The connection itself, to a relay that leads to one host. */
  get socket(): ByteSocket {
    return this.#socket
  }

  close(): void {
    this.#socket.close()
  }

  /** The status of the answer, whose fields do not matter. */
  async #head(): Promise<number> {
    const first = await this.#receiver.line(MAX_LINE)
    const [, status] = STATUS.exec(first === undefined ? '' : fromLatin1(first)) ?? []
    if (status === undefined)
      throw noProxy(first === undefined ? 'the end of the connection' : 'something else')
    for (let count = 0; count < MAX_LINES; count++) {
      const line = await this.#receiver.line(MAX_LINE)
      if (line === undefined) throw noProxy('the end of the connection')
      if (line.byteLength === 0) return Number(status)
    }
    throw noProxy(`more than ${MAX_LINES} fields`)
  }

  async #refusal(status: number): Promise<EnclaveError> {
    const decoder = new TextDecoder()
    // What has arrived of the reason is better than none.
    const next = () => this.#receiver.some(MAX_REASON).catch(() => undefined)
    let text = ''
    for (let piece = await next(); piece && text.length < MAX_REASON; piece = await next())
      text += decoder.decode(piece, { stream: true })
    const got = text.trim().slice(0, MAX_REASON) || `status ${status}`
    const authority = authorityOf(this.#destination)
    if (status === NO_TCP) return pageOnly(authority, got)
    if (status === 403)
      return new EnclaveError('E_NETWORK_REFUSED', { what: `the proxy does not allow ${authority}`, got })
    return new EnclaveError('E_NETWORK_CONNECT', { what: `the proxy cannot connect to ${authority}`, got })
  }
}

/** The parent is a page. */
export function pageOnly(authority: string, got: string): EnclaveError {
  return new EnclaveError('E_NETWORK_PAGE', {
    what: `no connection to ${authority}: the parent instance is a page, which has no TCP`,
    got,
    hint: 'use fetch; for https the image must allow the page to read it, by "pageFetch": true in its manifest',
  })
}

/** What listens there is not a proxy. */
export function noProxy(got: string, cause?: unknown): EnclaveError {
  const expected = 'the answer to a CONNECT request'
  return new EnclaveError('E_NETWORK_PROXY', {
    what: 'the proxy did not answer as one does',
    expected,
    got,
    hint: 'it may be a relay to one host: then name it in "relays" of the manifest',
    cause,
  })
}
