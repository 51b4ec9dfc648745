/**
 * Every known way for a script to reach a server, as source texts that run in any scope, and the glue that tries them
 * all. A text uses `url`, whose requests are counted, and `port`, whose packets are counted.
 */

/** The scopes in which a way can exist. */
export type Scope = 'module Worker' | 'classic Worker' | 'page'

/** A way to reach a server. */
export interface WayOut {
  readonly name: string
  /** The scope of the control: a Worker like an enclave's, if the way exists there. */
  readonly scope: Scope
  /** An expression that gives a promise, or throws. */
  readonly code: string
  /** Whether it uses UDP. */
  readonly udp?: true
}

const event = (target: string) =>
  `new Promise((resolve, reject) => { const it = ${target}; it.onopen = it.onmessage = it.onload = resolve; it.onerror = reject })`

const blobWorker = "new Worker(URL.createObjectURL(new Blob(['fetch(' + JSON.stringify(url) + ')'])))"

export const WAYS_OUT: readonly WayOut[] = [
  { name: 'fetch', scope: 'module Worker', code: "fetch(url, { mode: 'no-cors' })" },
  {
    name: 'fetch, kept alive',
    scope: 'module Worker',
    code: "fetch(url, { method: 'POST', keepalive: true })",
  },
  {
    name: 'XMLHttpRequest',
    scope: 'module Worker',
    code: event(
      "Object.assign(new XMLHttpRequest(), { go(u) { this.open('GET', u); this.send(); return this } }).go(url)",
    ),
  },
  {
    name: 'XMLHttpRequest, synchronous',
    scope: 'module Worker',
    code: "(() => { const it = new XMLHttpRequest(); it.open('GET', url, false); it.send() })()",
  },
  { name: 'WebSocket', scope: 'module Worker', code: event("new WebSocket(url.replace('http:', 'ws:'))") },
  { name: 'EventSource', scope: 'module Worker', code: event('new EventSource(url)') },
  { name: 'importScripts', scope: 'classic Worker', code: 'importScripts(url)' },
  { name: 'dynamic import', scope: 'module Worker', code: 'import(url)' },
  { name: 'Worker', scope: 'module Worker', code: event('new Worker(url)') },
  { name: 'Worker of modules', scope: 'module Worker', code: event("new Worker(url, { type: 'module' })") },
  { name: 'Worker of a blob', scope: 'module Worker', code: event(blobWorker) },
  {
    name: 'Worker of a data: address',
    scope: 'module Worker',
    code: event(
      "new Worker('data:text/javascript,' + encodeURIComponent('fetch(' + JSON.stringify(url) + ')'))",
    ),
  },
  { name: 'Cache.add', scope: 'module Worker', code: "caches.open('probe').then((cache) => cache.add(url))" },
  { name: 'FontFace', scope: 'module Worker', code: "new FontFace('probe', 'url(' + url + ')').load()" },
  { name: 'navigator.sendBeacon', scope: 'page', code: 'navigator.sendBeacon(url)' },
  {
    name: 'RTCPeerConnection',
    scope: 'page',
    udp: true,
    code: `(() => {
      const it = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:' + port }] })
      it.createDataChannel('probe')
      return it.setLocalDescription()
    })()`,
  },
  {
    name: 'WebTransport',
    scope: 'module Worker',
    udp: true,
    code: "new WebTransport('https://127.0.0.1:' + port + '/').ready",
  },
]

/** Milliseconds after which a way that has neither worked nor failed is abandoned. */
const TIMEOUT = 1500

/** The path that a way requests. */
export const slug = (name: string): string => name.replace(/\W+/g, '-')

/**
 * A glue whose `instantiate` tries every way for each of the URLs `bases`, and returns the outcomes: 'done', or the
 * name of the thrown error.
 */
export const TRY_ALL: string = `
const ways = { ${WAYS_OUT.map(({ name, code }) => `${JSON.stringify(name)}: (url, port) => ${code}`).join(',\n')} }
const nameOf = (thrown) => (thrown && (thrown.name || thrown.type)) || String(thrown)
const attempt = async (way, url, port) => {
  const patience = new Promise((resolve) => setTimeout(resolve, ${TIMEOUT}, 'no answer'))
  try {
    return await Promise.race([Promise.resolve(way(url, port)).then(() => 'done'), patience])
  } catch (thrown) {
    return nameOf(thrown)
  }
}
const instantiate = async ({ bases, ports }) => {
  const outcomes = {}
  await Promise.all(Object.keys(ways).map(async (name) => {
    const slug = name.replace(/\\W+/g, '-')
    outcomes[name] = await Promise.all(bases.map((base) => attempt(ways[name], base + slug, ports[name])))
  }))
  return outcomes
}
`
