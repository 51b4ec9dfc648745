/**
 * Every way by which a script could reach a server, as texts that run in any scope, and the glue that tries them all.
 * A text sees `url`, which is counted, and `port`, a port whose packets are.
 */

/** Where a way can be tried at all. */
export type Home = 'module Worker' | 'classic Worker' | 'page'

/** One way out. */
export interface WayOut {
  readonly name: string
  /** Where the control takes it: a Worker such as an enclave's wherever it exists there. */
  readonly home: Home
  /** A promise, or what throws. */
  readonly code: string
  /** Whether it speaks UDP. */
  readonly udp?: true
}

const event = (target: string) =>
  `new Promise((resolve, reject) => { const it = ${target}; it.onopen = it.onmessage = it.onload = resolve; it.onerror = reject })`

const blobWorker = "new Worker(URL.createObjectURL(new Blob(['fetch(' + JSON.stringify(url) + ')'])))"

export const WAYS_OUT: readonly WayOut[] = [
  { name: 'fetch', home: 'module Worker', code: "fetch(url, { mode: 'no-cors' })" },
  {
    name: 'fetch, kept alive',
    home: 'module Worker',
    code: "fetch(url, { method: 'POST', keepalive: true })",
  },
  {
    name: 'XMLHttpRequest',
    home: 'module Worker',
    code: event(
      "Object.assign(new XMLHttpRequest(), { go(u) { this.open('GET', u); this.send(); return this } }).go(url)",
    ),
  },
  {
    name: 'XMLHttpRequest, synchronous',
    home: 'module Worker',
    code: "(() => { const it = new XMLHttpRequest(); it.open('GET', url, false); it.send() })()",
  },
  { name: 'WebSocket', home: 'module Worker', code: event("new WebSocket(url.replace('http:', 'ws:'))") },
  { name: 'EventSource', home: 'module Worker', code: event('new EventSource(url)') },
  { name: 'importScripts', home: 'classic Worker', code: 'importScripts(url)' },
  { name: 'dynamic import', home: 'module Worker', code: 'import(url)' },
  { name: 'Worker', home: 'module Worker', code: event('new Worker(url)') },
  { name: 'Worker of modules', home: 'module Worker', code: event("new Worker(url, { type: 'module' })") },
  { name: 'Worker of a blob', home: 'module Worker', code: event(blobWorker) },
  {
    name: 'Worker of a data: address',
    home: 'module Worker',
    code: event(
      "new Worker('data:text/javascript,' + encodeURIComponent('fetch(' + JSON.stringify(url) + ')'))",
    ),
  },
  { name: 'Cache.add', home: 'module Worker', code: "caches.open('probe').then((cache) => cache.add(url))" },
  { name: 'FontFace', home: 'module Worker', code: "new FontFace('probe', 'url(' + url + ')').load()" },
  { name: 'navigator.sendBeacon', home: 'page', code: 'navigator.sendBeacon(url)' },
  {
    name: 'RTCPeerConnection',
    home: 'page',
    udp: true,
    code: `(() => {
      const it = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:' + port }] })
      it.createDataChannel('probe')
      return it.setLocalDescription()
    })()`,
  },
  {
    name: 'WebTransport',
    home: 'module Worker',
    udp: true,
    code: "new WebTransport('https://127.0.0.1:' + port + '/').ready",
  },
]

/** Milliseconds after which a way that neither worked nor failed is left alone. */
const PATIENCE = 1500

/** The path that a way asks for. */
export const slug = (name: string): string => name.replace(/\W+/g, '-')

/**
 * A glue whose `instantiate` tries every way towards each of the addresses `bases`, and answers how each went:
 * 'done', or the name of what was thrown.
 */
export const TRY_ALL: string = `
const ways = { ${WAYS_OUT.map(({ name, code }) => `${JSON.stringify(name)}: (url, port) => ${code}`).join(',\n')} }
const nameOf = (thrown) => (thrown && (thrown.name || thrown.type)) || String(thrown)
const attempt = async (way, url, port) => {
  const patience = new Promise((resolve) => setTimeout(resolve, ${PATIENCE}, 'no answer'))
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
