/** The service worker, with a simulated browser: which requests it answers, how, and how long it keeps a script. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import {
  CLAIM,
  MAX_SCRIPT_LENGTH,
  MAX_SCRIPTS,
  PROTOCOL,
  PROTOCOL_HEADER,
  SCRIPT_LOST,
  SEALED_FOLDER,
  SEALED_POLICY,
} from '../../src/platform/sealed-script.ts'

type Listener = (event: Record<string, unknown>) => void
const ORIGIN = 'https://tab.example'
const SCOPE = `${ORIGIN}/app/`
const listeners = new Map<string, Listener>()
const done: string[] = []
let answer = new Response('from the server')

beforeAll(async () => {
  vi.stubGlobal('addEventListener', (type: string, listener: Listener) => void listeners.set(type, listener))
  vi.stubGlobal('location', { origin: ORIGIN })
  vi.stubGlobal('registration', { scope: SCOPE })
  vi.stubGlobal('clients', { claim: async () => void done.push('claim') })
  vi.stubGlobal('skipWaiting', async () => void done.push('skip'))
  vi.stubGlobal('fetch', async () => answer)
  await import('../../src/platform/service-worker.ts')
})
afterAll(() => void vi.unstubAllGlobals())
beforeEach(() => {
  vi.useFakeTimers()
  done.length = 0
})
afterEach(() => {
  // Waiting scripts expire.
  vi.runAllTimers()
  vi.useRealTimers()
})

/** The answer to a request; undefined if the service worker leaves it to the browser. */
async function request(url: string, more: Record<string, unknown> = {}): Promise<Response | undefined> {
  let given: Response | Promise<Response> | undefined
  const fetched = {
    url,
    method: 'GET',
    mode: 'same-origin',
    destination: '',
    arrayBuffer: async () => new ArrayBuffer(0),
    ...more,
  }
  listeners.get('fetch')!({
    request: fetched,
    respondWith: (response: Response) => {
      given = response
    },
    waitUntil: () => {},
  })
  return given
}
const SEALED_URL = `${ORIGIN}/${SEALED_FOLDER}`
const postScript = (script: string | number) =>
  request(SEALED_URL, {
    method: 'POST',
    arrayBuffer: async () =>
      typeof script === 'number' ? new ArrayBuffer(script) : new TextEncoder().encode(script).buffer,
  })
const fetchWorker = (address: string) => request(address, { destination: 'worker' })
const headersOf = (response: Response | undefined) => Object.fromEntries(response!.headers)

test('the protocol between a tab and its service worker has these names and limits', () => {
  expect([SEALED_FOLDER, PROTOCOL_HEADER, PROTOCOL]).toEqual(['webclave-sealed/', 'Webclave-Sealed', '1'])
  expect(SEALED_POLICY).toBe("default-src 'none'; script-src 'wasm-unsafe-eval'")
  expect([MAX_SCRIPT_LENGTH, MAX_SCRIPTS]).toEqual([16_777_216, 16])
})

test('it takes control when it is activated, and on the claim message', async () => {
  listeners.get('install')!({})
  listeners.get('activate')!({ waitUntil: () => {} })
  expect(done).toEqual(['skip', 'claim'])
  const message = (data: unknown) => listeners.get('message')!({ data, waitUntil: () => {} })
  message('another message')
  expect(done).toHaveLength(2)
  message(CLAIM)
  expect(done).toEqual(['skip', 'claim', 'claim'])
})

test('it answers same-origin requests for its own URL, but not navigations', async () => {
  const response = await request(SEALED_URL)
  expect(response?.status).toBe(204)
  expect(headersOf(response)).toEqual({ 'cache-control': 'no-store', 'webclave-sealed': '1' })
  expect(await request(SEALED_URL, { mode: 'no-cors' })).toBeUndefined()
  expect((await request(SEALED_URL, { mode: 'navigate' }))?.status).toBe(200)
  expect(await request('https://other.example/webclave-sealed/')).toBeUndefined()
  expect(await request(`${ORIGIN}/other/`)).toBeUndefined()
})

test('a script is served once, only to a Worker, with the content security policy', async () => {
  const accepted = await postScript('the script')
  expect(accepted?.status).toBe(201)
  const address = accepted!.headers.get('Location')!
  expect(address).toMatch(/^https:\/\/tab\.example\/app\/webclave-sealed\/[0-9a-f-]{36}\.js$/)
  expect((await request(address))?.status).toBe(404)
  const served = await fetchWorker(address)
  expect(await served!.text()).toBe('the script')
  expect(headersOf(served)).toEqual({
    'cache-control': 'no-store',
    'content-security-policy': SEALED_POLICY,
    'content-type': 'text/javascript; charset=utf-8',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'webclave-sealed': '1',
    'x-content-type-options': 'nosniff',
  })
  const again = await fetchWorker(address)
  expect(await again!.text()).toBe(`throw new Error("${SCRIPT_LOST}")`)
  expect(again!.headers.get('Content-Security-Policy')).toBe(SEALED_POLICY)
})

test('a script of 16 MiB is accepted; one more byte is rejected and leaves nothing behind', async () => {
  expect((await postScript(MAX_SCRIPT_LENGTH))?.status).toBe(201)
  expect((await postScript(MAX_SCRIPT_LENGTH + 1))?.status).toBe(413)
  await Promise.resolve()
  const rest = []
  for (let more = 0; more < MAX_SCRIPTS - 1; more++) rest.push((await postScript('x'))?.status)
  expect(new Set(rest)).toEqual(new Set([201]))
})

test('at most 16 scripts wait; each frees its slot when it was served, or after 30 seconds', async () => {
  const addresses: string[] = []
  for (let more = 0; more < MAX_SCRIPTS; more++)
    addresses.push((await postScript('x'))!.headers.get('Location')!)
  expect((await postScript('y'))?.status).toBe(503)
  await fetchWorker(addresses[0]!)
  expect((await postScript('y'))?.status).toBe(201)
  expect((await postScript('y'))?.status).toBe(503)
  await vi.advanceTimersByTimeAsync(29_999)
  expect((await postScript('y'))?.status).toBe(503)
  await vi.advanceTimersByTimeAsync(1)
  expect((await postScript('y'))?.status).toBe(201)
  expect(await (await fetchWorker(addresses[1]!))!.text()).toContain(SCRIPT_LOST)
})

test('pages and Workers get the isolation headers, other files are left to the browser', async () => {
  const isolated = async (more: Record<string, unknown>, headers: Record<string, string> = {}) => {
    answer = new Response('body', { status: 203, headers })
    const response = await request(`${ORIGIN}/app/page`, more)
    return response && [response.status, await response.text(), headersOf(response)]
  }
  const both = {
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
  }
  const type = { 'content-type': 'text/plain;charset=UTF-8' }
  expect(await isolated({ mode: 'navigate' })).toEqual([
    203,
    'body',
    { ...type, ...both, 'cross-origin-opener-policy': 'same-origin' },
  ])
  for (const destination of ['worker', 'sharedworker'])
    expect(await isolated({ destination })).toEqual([203, 'body', { ...type, ...both }])
  for (const destination of ['', 'script', 'workers', 'aworker'])
    expect(await isolated({ destination })).toBeUndefined()
  const kept = {
    'cross-origin-embedder-policy': 'credentialless',
    'cross-origin-resource-policy': 'cross-origin',
  }
  expect(await isolated({ destination: 'worker' }, kept)).toEqual([203, 'body', { ...type, ...kept }])
  const open = { 'cross-origin-embedder-policy': 'unsafe-none', 'cross-origin-resource-policy': 'same-site' }
  expect(await isolated({ destination: 'worker' }, open)).toEqual([
    203,
    'body',
    { ...type, ...both, 'cross-origin-resource-policy': 'same-site' },
  ])
})

test('a redirect is passed on unchanged', async () => {
  answer = Response.error()
  expect(await request(`${ORIGIN}/app/page`, { mode: 'navigate' })).toBe(answer)
})
