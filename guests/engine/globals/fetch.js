/**
 * `fetch` (the Fetch Standard, section 5.6) through the proxy at the parent instance, with TLS that ends here; loaded on first use.
 * Unlike a browser's it follows no redirect unless it is told to, and has no cookies and no cache.
 */
import { Headers } from './headers.js'
import { Request, requestState } from './request.js'
import { networkResponse } from './response.js'

export { FormData } from './form-data.js'
export { Headers } from './headers.js'
export { Request } from './request.js'
export { Response } from './response.js'

const MAX_REDIRECTS = 20
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const PORTS = { 'http:': 80, 'https:': 443 }
/** Fields that concern one origin, and fields of a body. */
const OF_ORIGIN = ['authorization', 'cookie', 'proxy-authorization']
const OF_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length']

/** Rejects with a TypeError, whose `cause` says why, or with the reason of the signal. */
export async function fetch(input, init = undefined) {
  const request = new Request(input, init)
  const { signal } = request
  signal.throwIfAborted()
  try {
    return await follow(requestState(request), signal)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw error instanceof TypeError
      ? error
      : new TypeError(`fetch failed: ${error.message}`, { cause: error })
  }
}

async function follow(state, signal) {
  const { choices, content } = state
  if (state.integrity !== '')
    throw failed('integrity is not checked in an enclave: compare a hash of the body')
  const headers = new Headers(state.headers)
  let { method } = state
  let url = new URL(state.url)
  let body = bodyOf(content)
  for (let count = 0; ; count++) {
    const answer = await send(url, { method, headers, body, signal })
    requireIdentity(answer, headers, url)
    const location = REDIRECTS.has(answer.status) ? locationOf(answer, url) : undefined
    if (location === undefined || choices.redirect === 'manual')
      return responseOf(answer, { url, method, count })
    // What has arrived is read, so that the connection can be used again.
    if (!answer.now()) answer.cancel()
    if (choices.redirect === 'error')
      throw failed(`${url.origin} answers with a redirect, and redirect is "error"`)
    if (count === MAX_REDIRECTS) throw failed(`more than ${MAX_REDIRECTS} redirects`)
    const becomesGet =
      (answer.status === 303 && method !== 'GET' && method !== 'HEAD') ||
      ((answer.status === 301 || answer.status === 302) && method === 'POST')
    if (becomesGet) {
      method = 'GET'
      body = undefined
      for (const name of OF_BODY) headers.delete(name)
    } else if (body !== undefined && !(body instanceof Uint8Array)) {
      throw failed('a redirect, and the body of the request is a stream, which cannot be sent again')
    }
    if (location.origin !== url.origin) for (const name of OF_ORIGIN) headers.delete(name)
    url = location
  }
}

function send(url, { method, headers, body, signal }) {
  const defaultPort = PORTS[url.protocol]
  if (defaultPort === undefined) throw failed(`the protocol ${url.protocol} is neither http: nor https:`)
  // Only when there is a request: it is much code.
  const { client } = require('./network.js')
  return client.send({
    destination: {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? defaultPort : Number(url.port),
    },
    isSecure: url.protocol === 'https:',
    method,
    target: `${url.pathname}${url.search}`,
    fields: headers,
    body,
    signal,
  })
}

/** Nothing here decompresses, and the request has said so. */
function requireIdentity(answer, headers, { origin }) {
  const [, coding = 'identity'] =
    answer.fields.find(([name]) => name.toLowerCase() === 'content-encoding') ?? []
  if (/^(?:identity)?$/i.test(coding) || headers.has('accept-encoding')) return
  answer.cancel()
  throw failed(
    `${origin} sends the body as ${coding.slice(0, 30)}, which was refused; with a header accept-encoding of your own you get it as it is`,
  )
}

/** Bytes, or the chunks of a stream. */
function bodyOf(content) {
  if (content === undefined) return undefined
  content.used = true
  return content.stream ?? content.bytes
}

function locationOf({ fields }, base) {
  const [, value] = fields.find(([name]) => name.toLowerCase() === 'location') ?? []
  const location = value === undefined ? undefined : URL.parse(value, base)
  if (location === null) throw failed(`${base.origin} redirects to ${JSON.stringify(value.slice(0, 100))}`)
  return location
}

function responseOf(answer, { url, method, count }) {
  const headers = new Headers()
  for (const [name, value] of answer.fields) headers.append(name, value)
  const { status, reason } = answer
  const hasBody = method !== 'HEAD' && ![101, 204, 205, 304].includes(status)
  const bytes = answer.now()
  const content = !hasBody
    ? undefined
    : bytes
      ? { bytes, used: false }
      : { source: sourceOf(answer), used: false }
  if (content?.source) unread.register(content.source, answer)
  return networkResponse({
    status,
    statusText: reason,
    headers,
    content,
    url: shownUrl(url),
    isRedirected: count > 0,
  })
}

/** A body that nobody can read any more gives its connection up. */
const unread = new FinalizationRegistry((answer) => answer.cancel())

/** A body whose errors are a TypeError too, but for the reason of the signal. */
const sourceOf = (answer) => ({
  async next() {
    try {
      return await answer.next()
    } catch (error) {
      if (error?.name !== 'EnclaveError') throw error
      throw new TypeError(`the body of the response was cut: ${error.message}`, { cause: error })
    }
  },
  cancel: () => answer.cancel(),
})

/** A response's URL has no fragment and no credentials. */
function shownUrl(url) {
  const shown = new URL(url)
  shown.hash = ''
  shown.username = ''
  shown.password = ''
  return shown.href
}

const failed = (text) => new TypeError(`fetch failed: ${text}`)
