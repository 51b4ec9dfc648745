/** Request: the Fetch Standard, section 5.3, without what only a network has. */
import { AbortController, AbortSignal } from './abort.js'
import { bodyMembers, cloneContent, extractBody, takeContent } from './body.js'
import { asInterface } from './define.js'
import { Headers, isToken } from './headers.js'
import { urls } from './url.js'

const NORMAL = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'])
const FORBIDDEN = new Set(['CONNECT', 'TRACE', 'TRACK'])
/** The attributes with a fixed set of values, and the value without an init. */
const CHOICES = {
  mode: ['cors', 'same-origin', 'no-cors', 'navigate'],
  credentials: ['same-origin', 'omit', 'include'],
  cache: ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'],
  // An enclave goes nowhere that its program has not named.
  redirect: ['manual', 'follow', 'error'],
  referrerPolicy: [
    '',
    'no-referrer',
    'no-referrer-when-downgrade',
    'same-origin',
    'origin',
    'strict-origin',
    'origin-when-cross-origin',
    'strict-origin-when-cross-origin',
    'unsafe-url',
  ],
}

const NAMES = Object.keys(CHOICES)

function methodOf(given) {
  const method = `${given}`
  if (!isToken(method)) throw new TypeError(`Request: ${JSON.stringify(method)} is not a method`)
  const upper = method.toUpperCase()
  if (FORBIDDEN.has(upper)) throw new TypeError(`Request: the method ${method} is not allowed`)
  return NORMAL.has(upper) ? upper : method
}

function urlOf(input) {
  const url = urls().URL.parse(`${input}`)
  if (url === null) throw new TypeError(`Request: ${JSON.stringify(`${input}`)} is not an absolute URL`)
  if (url.username !== '' || url.password !== '')
    throw new TypeError('Request: a URL with credentials is not allowed')
  return url.href
}

const DEFAULTS = Object.fromEntries(Object.entries(CHOICES).map(([name, [first]]) => [name, first]))

function choicesOf(init, base) {
  const isGiven = NAMES.some((name) => init[name] !== undefined)
  if (!isGiven) return base ?? DEFAULTS
  const chosen = {}
  for (const [name, values] of Object.entries(CHOICES)) {
    const value = init[name] === undefined ? (base?.[name] ?? values[0]) : `${init[name]}`
    if (!values.includes(value)) throw new TypeError(`Request: ${name} cannot be ${JSON.stringify(value)}`)
    chosen[name] = value
  }
  return chosen
}

/** What a request consists of. */
export let requestState

export class Request {
  #state

  constructor(input, init = {}) {
    if (arguments.length === 0) throw new TypeError('Request: 1 argument required')
    const options = init ?? {}
    const base = input instanceof Request ? input.#state : undefined
    const method = options.method === undefined ? (base?.method ?? 'GET') : methodOf(options.method)
    const url = base?.url ?? urlOf(input)
    const choices = choicesOf(options, base?.choices)
    const headers = new Headers(options.headers ?? base?.headers)
    const given = options.signal === undefined ? base?.signal : options.signal
    if (given !== null && given !== undefined && !(given instanceof AbortSignal)) {
      throw new TypeError('Request: signal is not an AbortSignal')
    }
    const hasBody = options.body !== undefined && options.body !== null
    if (
      (hasBody || (base?.content && options.body === undefined)) &&
      (method === 'GET' || method === 'HEAD')
    ) {
      throw new TypeError(`Request: a request with the method ${method} cannot have a body`)
    }
    const { content, type } = hasBody
      ? extractBody(options.body)
      : { content: takeContent(options.body === null ? undefined : base?.content), type: null }
    if (hasBody && content.stream && options.duplex !== 'half') {
      throw new TypeError('Request: duplex must be "half" for a body that is a stream')
    }
    if (type !== null && !headers.has('content-type')) headers.set('content-type', type)
    const signal = given ? AbortSignal.any([given]) : new AbortController().signal
    const {
      integrity = base?.integrity ?? '',
      keepalive = base?.keepalive ?? false,
      referrer = base?.referrer ?? 'about:client',
    } = options
    this.#state = {
      ...{ method, url, choices, headers, content, signal },
      ...{ integrity: `${integrity}`, keepalive: Boolean(keepalive), referrer: `${referrer}` },
    }
  }

  static {
    requestState = (request) => request.#state
    bodyMembers(Request, (request) => request.#state)
    for (const name of Object.keys(CHOICES)) {
      Object.defineProperty(Request.prototype, name, {
        get() {
          return this.#state.choices[name]
        },
        configurable: true,
      })
    }
    for (const name of ['method', 'url', 'headers', 'signal', 'integrity', 'keepalive', 'referrer']) {
      Object.defineProperty(Request.prototype, name, {
        get() {
          return this.#state[name]
        },
        configurable: true,
      })
    }
  }
  get destination() {
    return ''
  }
  get duplex() {
    return 'half'
  }
  clone() {
    const content = cloneContent(this.#state.content, 'Request')
    const copy = new Request(this.#state.url)
    copy.#state = {
      ...this.#state,
      content,
      headers: new Headers(this.#state.headers),
      signal: AbortSignal.any([this.#state.signal]),
    }
    return copy
  }
}
asInterface({ Request })
