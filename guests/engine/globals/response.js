/** Response: the Fetch Standard, section 5.5. */
import { bodyMembers, cloneContent, extractBody, takeBytes } from './body.js'
import { asInterface } from './define.js'
import { freezeHeaders, Headers } from './headers.js'
import { urls } from './url.js'

const WITHOUT_BODY = new Set([101, 103, 204, 205, 304])
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Makes the response that a server has given. */
export let networkResponse

/** The bytes of a response, which count as read then; undefined if its body is a stream of something else. */
export let responseBytes

export class Response {
  #state

  constructor(body = null, init = {}) {
    const { status = 200, statusText = '', headers } = init ?? {}
    const number = Number(status) & 0xffff
    if (number < 200 || number > 599)
      throw new RangeError(`Response: the status ${status} is not from 200 to 599`)
    if (/[^\t\x20-\x7e\x80-\xff]/.test(`${statusText}`))
      throw new TypeError('Response: the status text is not a reason phrase')
    const { content, type } = extractBody(body)
    if (content !== undefined && WITHOUT_BODY.has(number)) {
      throw new TypeError(`Response: a response with the status ${number} cannot have a body`)
    }
    const own = new Headers(headers ?? undefined)
    if (type !== null && !own.has('content-type')) own.set('content-type', type)
    this.#state = { kind: 'default', status: number, statusText: `${statusText}`, headers: own, content }
  }

  static {
    bodyMembers(Response, (response) => response.#state)
    responseBytes = (response) => (#state in response ? takeBytes(response.#state.content) : undefined)
    networkResponse = (state) => {
      const response = new Response()
      response.#state = { kind: 'basic', ...state }
      freezeHeaders(state.headers)
      return response
    }
  }

  static error() {
    const response = new Response()
    Object.assign(response.#state, { kind: 'error', status: 0 })
    freezeHeaders(response.headers)
    return response
  }
  static json(data, init = {}) {
    const text = JSON.stringify(data)
    if (text === undefined) throw new TypeError('Response.json: the value cannot be written as JSON')
    const response = new Response(text, init)
    if (!new Headers(init?.headers ?? undefined).has('content-type'))
      response.headers.set('content-type', 'application/json')
    return response
  }
  static redirect(url, status = 302) {
    const target = urls().URL.parse(`${url}`)
    if (target === null)
      throw new TypeError(`Response.redirect: ${JSON.stringify(`${url}`)} is not an absolute URL`)
    if (!REDIRECTS.has(status))
      throw new RangeError(`Response.redirect: ${status} is not the status of a redirection`)
    const response = new Response(null, { status, headers: { location: target.href } })
    freezeHeaders(response.headers)
    return response
  }

  get type() {
    return this.#state.kind
  }
  get url() {
    return this.#state.url ?? ''
  }
  get redirected() {
    return this.#state.isRedirected ?? false
  }
  get status() {
    return this.#state.status
  }
  get ok() {
    return this.#state.status >= 200 && this.#state.status < 300
  }
  get statusText() {
    return this.#state.statusText
  }
  get headers() {
    return this.#state.headers
  }
  clone() {
    const content = cloneContent(this.#state.content, 'Response')
    const copy = new Response()
    copy.#state = { ...this.#state, content, headers: new Headers(this.#state.headers) }
    return copy
  }
}
asInterface({ Response })
