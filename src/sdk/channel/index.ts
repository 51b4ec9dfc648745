/**
 * The attested channel of an enclave: a handler around the application's, with which a caller speaks so that neither the
 * parent nor any proxy between can read or change a word. The other end is `webclave/channel`.
 */

import { fromHex } from '../../base/bytes.ts'
import { writeConfig } from '../../channel/wire/key-config.ts'
import {
  ATTESTATION_PATH,
  DOCUMENT_TYPE,
  EHBP_KEY_HEADER,
  EHBP_KEYS_PATH,
  GATEWAY_PATH,
  KEYS_TYPE,
  LARGEST_NONCE,
  LEAST_NONCE,
  REQUEST_TYPE,
} from '../../channel/wire/names.ts'
import { problemAnswer } from '../../channel/wire/problem.ts'
import type { Handlers } from '../../service/handlers.ts'
import { LARGEST_MESSAGE, MAX_MESSAGE } from '../../service/protocol.ts'
import { ArgumentError, functionOf, integerOf, objectOf, optionsOf, stringOf, typeOf } from '../arguments.ts'
import { attest } from '../qtsm.ts'
import { Calls } from './calls.ts'
import { ehbpExchange } from './ehbp.ts'
import { type ExchangeHost, exchange } from './exchange.ts'
import { type Kem, x25519Kem } from './kem.ts'
import { KeyRing } from './keys.ts'

export type { Kem, KemKey } from './kem.ts'

/** Answers requests: `app.fetch` of hono, or a function of your own. */
export type FetchHandler = (request: Request) => Response | Promise<Response>

/** Options of `attestedChannel`. */
export interface ChannelOptions {
  /** Functions that callers may call by name, as those of `serve`. Default: none. */
  readonly calls?: Handlers
  /** Maximum length of a call's request, result or item in bytes, from 1 KiB to 1 GiB. @default 67108864 */
  readonly maxMessage?: number
  /** Mechanisms beside X25519: `xWing` of `webclave/sdk/x-wing`. Default: none. */
  readonly kems?: readonly Kem[]
  /** Milliseconds for which new callers get a key. @default 5400000, which is 90 minutes */
  readonly keyLifetime?: number
  /** Milliseconds for which it is accepted after that. @default 5400000 */
  readonly keyGrace?: number
  /** Requests that a key may take; each costs up to 16 bytes of memory for as long as the key is kept. @default 65536 */
  readonly exchangesPerKey?: number
  /** Whether requests of EHBP are answered. Their headers are not sealed. @default true */
  readonly ehbp?: boolean
  /** Whether requests in clear reach the handler; the parent can read and change them. @default false */
  readonly allowClear?: boolean
  /** Origins of pages that may call, or `*` for all. Default: none, so that only pages of the same origin may. */
  readonly cors?: string | readonly string[]
}

const NAMES: readonly (keyof ChannelOptions)[] = [
  'calls',
  'maxMessage',
  'kems',
  'keyLifetime',
  'keyGrace',
  'exchangesPerKey',
  'ehbp',
  'allowClear',
  'cors',
]

const DAY = 86_400_000
const LIFETIME = 5_400_000
const EXCHANGES = 65_536
const LEAST_MESSAGE = 1024

/**
 * `handler` behind an attested channel. Callers of `webclave/channel` get an attestation document that names the enclave's
 * key, check it against the roots and PCRs that they pin, and seal each request for that key, and its answer, by chunked
 * Oblivious HTTP. The key exists only in this enclave's memory, and is replaced every 90 minutes. A request that is received
 * a second time is refused.
 *
 * @throws {ArgumentError}
 * @example
 * const handler = (request) => new Response('hello')
 * const handlers = { add: ({ a, b }) => a + b }
 * void serveHttp(attestedChannel(handler, { calls: handlers }), { port: 8090 })
 */
export function attestedChannel(
  handler: FetchHandler,
  options: ChannelOptions = {},
): (request: Request) => Promise<Response> {
  functionOf('handler', handler)
  const {
    calls,
    maxMessage = MAX_MESSAGE,
    kems = [],
    ...rest
  } = optionsOf('the options of attestedChannel', options, NAMES)
  const { keyLifetime = LIFETIME, keyGrace = LIFETIME, exchangesPerKey = EXCHANGES } = rest
  const { ehbp = true, allowClear = false, cors = [] } = rest
  integerOf('maxMessage', maxMessage, LEAST_MESSAGE, LARGEST_MESSAGE)
  const keys = new KeyRing([x25519Kem, ...kems], {
    lifetime: integerOf('keyLifetime', keyLifetime, 1, DAY),
    grace: integerOf('keyGrace', keyGrace, 0, DAY),
    exchanges: integerOf('exchangesPerKey', exchangesPerKey, 2, 1 << 24),
  })
  const host: ExchangeHost = { keys, handler, calls: calls && new Calls(functionsOf(calls), maxMessage) }
  const origins = originsOf(cors)
  return async (request) => {
    const headers = corsHeaders(origins, request)
    const path = pathOf(request.url)
    if (path === GATEWAY_PATH) return gateway(host, request, headers)
    if (path === ATTESTATION_PATH) return attestation(keys, request, headers)
    if (ehbp && path === EHBP_KEYS_PATH)
      return found(writeConfig({ ...keys.current().keys[0]!.config, id: 0 }), KEYS_TYPE, headers)
    if (ehbp && request.headers.has(EHBP_KEY_HEADER)) return ehbpExchange(keys, handler, request)
    if (allowClear) return handler(request)
    return problemAnswer(
      403,
      { type: 'about:blank', title: 'this enclave takes only sealed requests' },
      headers,
    )
  }
}

function gateway(host: ExchangeHost, request: Request, headers: HeadersInit): Promise<Response> | Response {
  const { method } = request
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers })
  if (method === 'GET') return found(host.keys.current().configs, KEYS_TYPE, headers)
  if (method !== 'POST') return refused(405, 'only GET and POST', headers)
  if (request.headers.get('content-type') !== REQUEST_TYPE)
    return refused(415, `only ${REQUEST_TYPE}`, headers)
  return exchange(host, request, headers)
}

function attestation(keys: KeyRing, request: Request, headers: HeadersInit): Response {
  if (request.method !== 'GET') return refused(405, 'only GET', headers)
  const nonce = /[?&]nonce=([0-9a-f]+)(?:&|$)/.exec(request.url)?.[1] ?? ''
  if (nonce.length % 2 !== 0 || nonce.length < 2 * LEAST_NONCE || nonce.length > 2 * LARGEST_NONCE)
    return refused(400, `nonce must be ${LEAST_NONCE} to ${LARGEST_NONCE} bytes in hexadecimal`, headers)
  const { publicKey, userData } = keys.current()
  return found(attest({ nonce: fromHex(nonce), publicKey, userData }), DOCUMENT_TYPE, headers)
}

function found(body: Uint8Array<ArrayBuffer>, type: string, headers: HeadersInit): Response {
  return new Response(body, { headers: { ...headers, 'content-type': type, 'cache-control': 'no-store' } })
}

const refused = (status: number, title: string, headers: HeadersInit) =>
  problemAnswer(status, { type: 'about:blank', title }, headers)

/** The path in an absolute URL, which a Request has parsed. */
function pathOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('//') + 2)
  const query = url.indexOf('?', from)
  return query < 0 ? url.slice(from) : url.slice(from, query)
}

/** What lets a page of another origin read the answer. */
function corsHeaders(origins: ReadonlySet<string>, { headers }: Request): Record<string, string> {
  const origin = origins.size > 0 ? headers.get('origin') : null
  if (origin === null || !(origins.has('*') || origins.has(origin))) return {}
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-headers': 'content-type, incremental',
    'access-control-allow-methods': 'GET, POST',
    'access-control-max-age': '7200',
    vary: 'origin',
  }
}

function originsOf(cors: string | readonly string[]): Set<string> {
  if (typeof cors === 'string') return new Set([cors])
  if (!Array.isArray(cors)) throw new ArgumentError('cors', 'an origin or an array of origins', typeOf(cors))
  return new Set(cors.map((origin) => stringOf('an origin of cors', origin)))
}

function functionsOf(calls: Handlers): Handlers {
  for (const [name, one] of Object.entries(objectOf('calls', calls)))
    functionOf(`calls[${JSON.stringify(name)}]`, one)
  return calls
}
