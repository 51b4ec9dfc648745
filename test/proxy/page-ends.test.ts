/** How a page's proxy ends what it does: slow readers, guests that leave, limits, and its own end. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { patience } from '../support/patience.ts'
import { FakeGuest } from './fake-guest.ts'
import { PageInHand, requestFor } from './page-guest.ts'

const ALLOW = { allowlist: ['a.example:*'] }
const GET = requestFor('http://a.example/')
let respond: (signal: AbortSignal) => Response | Promise<Response>

beforeEach(() => {
  vi.stubGlobal('fetch', async (_: URL, { signal }: { signal: AbortSignal }) => respond(signal))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A response that never comes, unless it is given up. */
function endless() {
  const state = { isAborted: false, isAsked: false }
  respond = (signal) => {
    state.isAsked = true
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        state.isAborted = true
        reject(signal.reason)
      })
    })
  }
  return state
}

/** A response whose body has as many pieces as are read. */
function flood() {
  const state = { pulled: 0, isCancelled: false }
  const body = () =>
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          state.pulled += 1
          controller.enqueue(new Uint8Array(1000))
        },
        cancel() {
          state.isCancelled = true
        },
      },
      { highWaterMark: 0 },
    )
  respond = () => new Response(body())
  return state
}

/** A guest that takes `most` pieces, and no more until it is told to. */
function slowGuest(most: number) {
  const gate = Promise.withResolvers<void>()
  const guest = new FakeGuest()
  let taken = 0
  Object.assign(guest, {
    writable: new WritableStream({
      write: () => {
        taken += 1
        return taken > most ? gate.promise : undefined
      },
    }),
  })
  return { guest, open: () => gate.resolve(), taken: () => taken }
}

test('the body of a response is read no faster than the guest takes it', async () => {
  const state = flood()
  const page = new PageInHand(ALLOW)
  const { guest, open } = slowGuest(5)
  const { done, say } = page.connect(guest)
  say(GET)
  await expect.poll(() => state.pulled).toBe(5)
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(state.pulled).toBe(5)
  guest.reset()
  open()
  await done
  expect(state.isCancelled).toBe(true)
  expect(page.entries).toMatchObject([{ end: 'failed', destination: 'a.example:80' }])
})

test('a response that breaks off ends in a reset, not as if it were whole', async () => {
  respond = () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(3)),
      pull: (controller) => controller.error(new Error('lost')),
    })
    return new Response(body)
  }
  const page = new PageInHand(ALLOW)
  const { guest, done, say, heard } = page.connect()
  say(GET)
  await done
  expect(guest.resets).toBe(1)
  expect(heard()).not.toContain('0\r\n\r\n')
  expect(page.entries).toMatchObject([{ end: 'failed' }])
})

test('the request is given up when the guest is gone', async () => {
  const state = endless()
  const page = new PageInHand(ALLOW)
  const { guest, done, say } = page.connect()
  say(GET)
  await expect.poll(() => state.isAsked).toBe(true)
  guest.closing.resolve('closed')
  await done
  expect(state.isAborted).toBe(true)
  expect(page.proxy.connections).toBe(0)
  expect(page.entries).toMatchObject([{ end: 'failed' }])
})

describe.each(['close', 'signal'])('by %s', (way) => {
  const opened = (options = {}) => {
    const abort = new AbortController()
    const page = new PageInHand({ ...ALLOW, signal: abort.signal, ...options })
    const end = async () => {
      if (way === 'signal') abort.abort()
      await page.proxy.close()
    }
    return { page, end }
  }

  test(
    'everything ends: a request under way, a body, an idle guest, and a service that never answers',
    async () => {
      const { page, end } = opened({ services: { 'slow.tab': () => new Promise<never>(() => {}) } })
      const state = endless()
      const [asking, idle, waiting] = [page.connect(), page.connect(), page.connect()]
      asking.say(GET)
      waiting.say(requestFor('http://slow.tab/'))
      await expect.poll(() => state.isAsked).toBe(true)
      expect(page.proxy.connections).toBe(3)
      await end()
      await Promise.all([asking, idle, waiting].map(({ done }) => done))
      expect([page.proxy.connections, page.isListening, state.isAborted]).toEqual([0, false, true])
      expect([asking, idle, waiting].map(({ guest }) => guest.resets > 0)).toEqual([true, true, true])
      expect(page.entries.map(({ end: reason }) => reason)).toEqual(['stopped', 'stopped'])
      // Long before an idle guest would be given up.
    },
    patience(10_000),
  )

  test('a body that is being sent is given up', async () => {
    const { page, end } = opened()
    const state = flood()
    const { guest, open } = slowGuest(3)
    const { done, say } = page.connect(guest)
    say(GET)
    await expect.poll(() => state.pulled).toBe(3)
    const ended = end()
    open()
    await Promise.all([ended, done])
    expect(state.isCancelled).toBe(true)
    expect(page.entries).toMatchObject([{ end: 'stopped' }])
  })
})

test('a response that a service gives too late is given up', async () => {
  const late = Promise.withResolvers<Response>()
  const cancelled = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const service = () => {
    asked.resolve()
    return late.promise
  }
  const page = new PageInHand({ services: { 'slow.tab': service } })
  const { done, say } = page.connect()
  say(requestFor('http://slow.tab/'))
  await asked.promise
  await page.proxy.close()
  await done
  late.resolve(new Response(new ReadableStream({ cancel: () => cancelled.resolve() })))
  await cancelled.promise
})

test('more connections than allowed are reset, and recorded', async () => {
  const page = new PageInHand({ ...ALLOW, maxConnections: 1 })
  respond = () => new Response('ok')
  const first = page.connect()
  const second = page.connect()
  await second.done
  expect([first.guest.resets, second.guest.resets]).toEqual([0, 1])
  expect(page.entries).toMatchObject([{ code: 'E_PROXY_BUSY', end: 'refused', cid: 4 }])
  first.guest.end()
  await first.done
  expect(await page.ask(GET)).toMatchObject({ status: 200 })
})

test('without a limit of its own it has 64 connections', async () => {
  const page = new PageInHand(ALLOW)
  const all = Array.from({ length: 65 }, () => page.connect())
  await all[64]!.done
  expect([all[63]!.guest.resets, all[64]!.guest.resets, page.proxy.connections]).toEqual([0, 1, 64])
  await page.proxy.close()
})

describe('after a minute without a byte', () => {
  beforeEach(() => void vi.useFakeTimers())

  test('an idle connection is closed', async () => {
    const page = new PageInHand(ALLOW)
    const { guest, done } = page.connect()
    await vi.advanceTimersByTimeAsync(59_000)
    expect(page.proxy.connections).toBe(1)
    await vi.advanceTimersByTimeAsync(2000)
    await done
    expect([guest.resets, page.entries]).toEqual([0, []])
  })

  test('a request that is not whole is refused', async () => {
    const page = new PageInHand(ALLOW)
    const { done, say, heard } = page.connect()
    say(requestFor('http://a.example/', ['Content-Length: 5'], 'POST', 'abc'))
    await vi.advanceTimersByTimeAsync(61_000)
    await done
    expect(heard()).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('a guest that takes nothing is reset', async () => {
    flood()
    const page = new PageInHand(ALLOW)
    const { guest, open } = slowGuest(2)
    const { done, say } = page.connect(guest)
    say(GET)
    await vi.advanceTimersByTimeAsync(61_000)
    open()
    await done
    expect(guest.resets).toBeGreaterThan(0)
    expect(page.entries).toMatchObject([{ end: 'failed' }])
  })
})

test('a log that throws concerns no request', async () => {
  respond = () => new Response('ok')
  const onAccess = () => {
    throw new Error('no disk')
  }
  expect(await new PageInHand({ ...ALLOW, onAccess }).ask(GET)).toMatchObject({ status: 200 })
})
