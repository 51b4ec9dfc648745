/** A browser's Worker as its page starts it, with the browser's parts in the test's hands. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SCRIPT_LOST } from '../../src/platform/sealed-script.ts'

type WebWorker = typeof import('../../src/platform/web-worker.ts')
const OURS = { 'Webclave-Sealed': '1' }
const ADDRESS = 'https://tab.example/app/webclave-sealed/1.js'

class FakeWorker {
  static made: FakeWorker[] = []
  onerror: ((event: { message?: string; preventDefault(): void }) => void) | undefined
  onmessage: (() => void) | undefined
  onmessageerror: (() => void) | undefined
  readonly posted: unknown[] = []
  ended = 0
  prevented = 0
  readonly words: unknown[]
  constructor(...words: unknown[]) {
    this.words = words
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

let asked: { url: string; method: string; body: unknown }[]
/** What the desk answers, by method. */
let desk: Record<string, () => Response>
let web: WebWorker

beforeEach(async () => {
  FakeWorker.made = []
  asked = []
  desk = {
    GET: () => new Response(null, { status: 204, headers: OURS }),
    POST: () => new Response(null, { status: 201, headers: { ...OURS, Location: ADDRESS } }),
  }
  vi.stubGlobal('origin', 'https://tab.example')
  vi.stubGlobal('Worker', FakeWorker)
  vi.stubGlobal('fetch', async (url: URL, { method = 'GET', body, ...rest }: RequestInit) => {
    asked.push({ url: url.href, method, body })
    expect(rest).toEqual({ mode: 'same-origin', cache: 'no-store', redirect: 'error' })
    return desk[method]!()
  })
  // Whether it is in charge is remembered: each test has a module of its own.
  vi.resetModules()
  web = await import('../../src/platform/web-worker.ts')
})
afterEach(() => void vi.unstubAllGlobals())
const code = (name: string) => expect.objectContaining({ code: name })
const methods = () => asked.splice(0).map(({ method }) => method)

describe('a service worker', () => {
  test('controls the page if it answers; the page asks until it does', async () => {
    const own = desk['GET']!
    desk['GET'] = () => new Response(null, { status: 204 })
    expect(await web.isInCharge()).toBe(false)
    desk['GET'] = () => new Response(null, { headers: { 'Webclave-Sealed': '2' } })
    expect(await web.isInCharge()).toBe(false)
    desk['GET'] = () => {
      throw new TypeError('no network')
    }
    expect(await web.isInCharge()).toBe(false)
    desk['GET'] = own
    expect([await web.isInCharge(), await web.isInCharge()]).toEqual([true, true])
    expect(asked.map(({ url }) => url)).toEqual(Array(4).fill('https://tab.example/webclave-sealed/'))
  })

  test('accepts a script and returns its URL', async () => {
    expect(await web.sealScript('the script')).toBe(ADDRESS)
    expect(asked.map(({ method, body }) => [method, body])).toEqual([
      ['GET', undefined],
      ['POST', 'the script'],
    ])
  })

  test('that does not control the page gets no script', async () => {
    desk['GET'] = () => new Response(null)
    await expect(web.sealScript('x')).rejects.toThrow(code('E_TAB_SERVICE_WORKER'))
    expect(methods()).toEqual(['GET'])
  })

  test('that has lost control since is detected again', async () => {
    await web.sealScript('x')
    methods()
    for (const gone of [
      () => new Response(null, { status: 201, headers: { Location: ADDRESS } }),
      () => {
        throw new TypeError('no network')
      },
    ]) {
      desk['POST'] = gone
      await expect(web.sealScript('x')).rejects.toThrow(code('E_TAB_SERVICE_WORKER'))
    }
    expect(methods()).toEqual(['POST', 'GET', 'POST'])
  })

  test.each([
    [413, {}],
    [503, { Location: ADDRESS }],
    [201, {}],
  ])('that answers %d with %j has not taken it', async (status, more) => {
    desk['POST'] = () =>
      new Response(null, { status, headers: { ...OURS, ...more } as Record<string, string> })
    await expect(web.sealScript('x')).rejects.toThrow(code('E_WORKER_SCRIPT'))
    await expect(web.sealScript('x')).rejects.toThrow(code('E_WORKER_SCRIPT'))
    expect(methods()).toEqual(['GET', 'POST', 'POST'])
  })
})

describe('a Worker', () => {
  const start = async () => {
    const worker = await web.startWebWorker('the script', 'the message')
    let over: unknown = 'not over'
    void worker.ended.then((error) => {
      over = error
    })
    return { worker, fake: FakeWorker.made[0]!, outcome: () => Promise.resolve().then(() => over) }
  }

  test('is started as a module from its URL and gets its message', async () => {
    const { fake, outcome } = await start()
    expect([fake.words, fake.posted]).toEqual([[ADDRESS, { type: 'module' }], ['the message']])
    expect(await outcome()).toBe('not over')
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

  test.each([undefined, ''])('that fails with the message %j could not be started', async (message) => {
    const { worker, fake } = await start()
    fake.fail(message)
    expect((await worker.ended)?.message).toBe('the Worker could not be started')
  })

  test.each(['onmessage', 'onmessageerror'] as const)(
    'that has something to say (%s) is ended',
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
    await vi.waitFor(() => expect(FakeWorker.made).toHaveLength(2))
    const again = FakeWorker.made[1]!
    expect([await outcome(), again.posted]).toEqual(['not over', ['the message']])
    again.fail(`Uncaught Error: ${SCRIPT_LOST}`)
    expect(await worker.ended).toMatchObject({ code: 'E_WORKER_SCRIPT' })
    expect(FakeWorker.made).toHaveLength(2)
  })

  test('whose script was lost is not started again where nobody serves it, nor once it was ended', async () => {
    const first = await start()
    desk['POST'] = () => new Response(null)
    first.fake.fail(SCRIPT_LOST)
    expect(await first.worker.ended).toMatchObject({ code: 'E_TAB_SERVICE_WORKER' })
    desk['POST'] = () => new Response(null, { status: 201, headers: { ...OURS, Location: ADDRESS } })
    const second = await web.startWebWorker('the script', 'the message')
    const before = FakeWorker.made.length
    FakeWorker.made.at(-1)!.fail(SCRIPT_LOST)
    await second.terminate()
    expect(await second.ended).toBeUndefined()
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    expect(FakeWorker.made).toHaveLength(before)
  })
})
