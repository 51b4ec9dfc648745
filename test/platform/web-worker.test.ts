/** A sealed Worker that a page starts, with a simulated browser. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SCRIPT_LOST } from '../../src/platform/sealed-script.ts'

type WebWorker = typeof import('../../src/platform/web-worker.ts')
const WEBCLAVE_HEADERS = { 'Webclave-Sealed': '1' }
const ADDRESS = 'https://tab.example/app/webclave-sealed/1.js'

class FakeWorker {
  static made: FakeWorker[] = []
  onerror: ((event: { message?: string; preventDefault(): void }) => void) | undefined
  onmessage: (() => void) | undefined
  onmessageerror: (() => void) | undefined
  readonly posted: unknown[] = []
  ended = 0
  prevented = 0
  readonly args: unknown[]
  constructor(...args: unknown[]) {
    this.args = args
    FakeWorker.made.push(this)
  }
  postMessage(message: unknown) {
    this.posted.push(message)
  }
  terminate() {
    this.ended += 1
  }
  fail(message?: string) {
    this.onerror!({ ...(message !== undefined && { message }), preventDefault: () => void this.prevented++ })
  }
}

let requests: { url: string; method: string; body: unknown }[]
/** The service worker's answers, by method. */
let answers: Record<string, () => Response>
let web: WebWorker

beforeEach(async () => {
  FakeWorker.made = []
  requests = []
  answers = {
    GET: () => new Response(null, { status: 204, headers: WEBCLAVE_HEADERS }),
    POST: () => new Response(null, { status: 201, headers: { ...WEBCLAVE_HEADERS, Location: ADDRESS } }),
  }
  vi.stubGlobal('origin', 'https://tab.example')
  vi.stubGlobal('Worker', FakeWorker)
  vi.stubGlobal('fetch', async (url: URL, { method = 'GET', body, ...rest }: RequestInit) => {
    requests.push({ url: url.href, method, body })
    expect(rest).toEqual({ mode: 'same-origin', cache: 'no-store', redirect: 'error' })
    return answers[method]!()
  })
  // The module caches whether the service worker controls the page, so each test loads it anew.
  vi.resetModules()
  web = await import('../../src/platform/web-worker.ts')
})
afterEach(() => void vi.unstubAllGlobals())
const code = (name: string) => expect.objectContaining({ code: name })
const methods = () => requests.splice(0).map(({ method }) => method)

describe('a service worker', () => {
  test('controls the page if it answers; the page checks again until it does', async () => {
    const own = answers['GET']!
    answers['GET'] = () => new Response(null, { status: 204 })
    expect(await web.isInCharge()).toBe(false)
    answers['GET'] = () => new Response(null, { headers: { 'Webclave-Sealed': '2' } })
    expect(await web.isInCharge()).toBe(false)
    answers['GET'] = () => {
      throw new TypeError('no network')
    }
    expect(await web.isInCharge()).toBe(false)
    answers['GET'] = own
    expect([await web.isInCharge(), await web.isInCharge()]).toEqual([true, true])
    expect(requests.map(({ url }) => url)).toEqual(Array(4).fill('https://tab.example/webclave-sealed/'))
  })

  test('accepts a script and returns its URL', async () => {
    expect(await web.sealScript('the script')).toBe(ADDRESS)
    expect(requests.map(({ method, body }) => [method, body])).toEqual([
      ['GET', undefined],
      ['POST', 'the script'],
    ])
  })

  test('that does not control the page gets no script', async () => {
    answers['GET'] = () => new Response(null)
    await expect(web.sealScript('x')).rejects.toThrow(code('E_TAB_SERVICE_WORKER'))
    expect(methods()).toEqual(['GET'])
  })

  test('is checked again after it has lost control', async () => {
    await web.sealScript('x')
    methods()
    for (const lost of [
      () => new Response(null, { status: 201, headers: { Location: ADDRESS } }),
      () => {
        throw new TypeError('no network')
      },
    ]) {
      answers['POST'] = lost
      await expect(web.sealScript('x')).rejects.toThrow(code('E_TAB_SERVICE_WORKER'))
    }
    expect(methods()).toEqual(['POST', 'GET', 'POST'])
  })

  test.each([
    [413, {}],
    [503, { Location: ADDRESS }],
    [201, {}],
  ])('that answers %d with %j has not accepted the script', async (status, more) => {
    answers['POST'] = () =>
      new Response(null, { status, headers: { ...WEBCLAVE_HEADERS, ...more } as Record<string, string> })
    await expect(web.sealScript('x')).rejects.toThrow(code('E_WORKER_SCRIPT'))
    await expect(web.sealScript('x')).rejects.toThrow(code('E_WORKER_SCRIPT'))
    expect(methods()).toEqual(['GET', 'POST', 'POST'])
  })
})

describe('a Worker', () => {
  const start = async () => {
    const worker = await web.startWebWorker('the script', 'the message')
    let result: unknown = 'running'
    void worker.ended.then((error) => {
      result = error
    })
    return { worker, fake: FakeWorker.made[0]!, outcome: () => Promise.resolve().then(() => result) }
  }

  test('is started as a module from its URL and gets its message', async () => {
    const { fake, outcome } = await start()
    expect([fake.args, fake.posted]).toEqual([[ADDRESS, { type: 'module' }], ['the message']])
    expect(await outcome()).toBe('running')
  })

  test('that is terminated ends without a reason', async () => {
    const { worker, fake } = await start()
    await worker.terminate()
    expect([await worker.ended, fake.ended]).toEqual([undefined, 1])
  })

  test('that fails is terminated; the first 2048 characters of its error are reported, once', async () => {
    const { worker, fake } = await start()
    fake.fail(`Uncaught Error: ${'x'.repeat(3000)}`)
    expect((await worker.ended)?.message).toHaveLength(2048)
    expect([fake.ended, fake.prevented]).toEqual([1, 1])
    expect(FakeWorker.made).toHaveLength(1)
  })

  test.each([undefined, ''])('that fails with the message %j is reported as not started', async (message) => {
    const { worker, fake } = await start()
    fake.fail(message)
    expect((await worker.ended)?.message).toBe('the Worker could not be started')
  })

  test.each(['onmessage', 'onmessageerror'] as const)(
    'that sends a message (%s) is terminated',
    async (name) => {
      const { worker, fake } = await start()
      fake[name]!()
      expect((await worker.ended)?.message).toContain('an unexpected message')
      expect(fake.ended).toBe(1)
    },
  )

  test('whose script was lost is started again once', async () => {
    const { worker, fake, outcome } = await start()
    fake.fail(`Uncaught Error: ${SCRIPT_LOST}`)
    await expect.poll(() => FakeWorker.made).toHaveLength(2)
    const again = FakeWorker.made[1]!
    expect([await outcome(), again.posted]).toEqual(['running', ['the message']])
    again.fail(`Uncaught Error: ${SCRIPT_LOST}`)
    expect(await worker.ended).toMatchObject({ code: 'E_WORKER_SCRIPT' })
    expect(FakeWorker.made).toHaveLength(2)
  })

  test('whose script was lost is not started again without the service worker, or after it was terminated', async () => {
    const first = await start()
    answers['POST'] = () => new Response(null)
    first.fake.fail(SCRIPT_LOST)
    expect(await first.worker.ended).toMatchObject({ code: 'E_TAB_SERVICE_WORKER' })
    answers['POST'] = () =>
      new Response(null, { status: 201, headers: { ...WEBCLAVE_HEADERS, Location: ADDRESS } })
    const second = await web.startWebWorker('the script', 'the message')
    const before = FakeWorker.made.length
    FakeWorker.made.at(-1)!.fail(SCRIPT_LOST)
    await second.terminate()
    expect(await second.ended).toBeUndefined()
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    expect(FakeWorker.made).toHaveLength(before)
  })
})
