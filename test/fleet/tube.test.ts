/** Exchanges over a bus in memory: their limits and their ends. */
import { describe, expect, test, vi } from 'vitest'
import { busFetch } from '../../src/fleet/bus-fetch.ts'
import { BusServer } from '../../src/fleet/bus-server.ts'
import { Inbox } from '../../src/fleet/inbox.ts'
import type { BusStatus } from '../../src/fleet/index.ts'
import { encodePart, PartKind, WINDOW, wordBytes } from '../../src/fleet/wire/part.ts'
import { MemoryBus } from './memory-bus.ts'

type Fetch = (request: Request) => Promise<Response>

function setUp(fetch: Fetch, maxExchanges = 4) {
  const bus = new MemoryBus()
  const [ours, theirs] = [new Inbox(bus), new Inbox(bus)]
  const server = new BusServer({ bus, inbox: theirs, name: 'one', fetch, maxExchanges })
  bus.subscribe('subject', { callback: (_, message) => server.take(message) })
  const send = (init: RequestInit = {}) =>
    busFetch(bus, ours, 'subject', new Request('http://fleet/path', { method: 'POST', ...init }))
  return { bus, ours, theirs, server, send }
}

const echo: Fetch = async (request) => new Response(await request.arrayBuffer())
const stream = (pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void) =>
  new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 })

describe('an exchange', () => {
  test('leaves nothing at either end', async () => {
    const { ours, theirs, server, send } = setUp(echo)
    expect(await (await send({ body: 'hello' })).text()).toBe('hello')
    await vi.waitUntil(() => ours.size + theirs.size + server.running === 0)
  })

  test('without a body in its answer leaves nothing either', async () => {
    const { ours, theirs, send } = setUp(async () => new Response(null, { status: 204 }))
    expect((await send()).status).toBe(204)
    await vi.waitUntil(() => ours.size + theirs.size === 0)
  })

  test('does not begin where nothing can come any more', async () => {
    const { ours, send } = setUp(echo)
    ours.end(new Error('closed'))
    await expect(send({ body: 'hello' })).rejects.toThrow('closed')
  })

  test('has an answer of which no more is made than is read', async () => {
    let made = 0
    const { send } = setUp(
      async () =>
        new Response(
          stream((controller) => {
            made += 65536
            controller.enqueue(new Uint8Array(65536))
          }),
        ),
    )
    const reader = (await send()).body!.getReader()
    await reader.read()
    await vi.waitUntil(() => made >= WINDOW)
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(made).toBeLessThan(WINDOW + 4 * 65536)
    await reader.cancel()
  })

  test('whose answer is not wanted any more ends at the other end', async () => {
    let isCancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
      cancel: () => {
        isCancelled = true
      },
    })
    const { ours, theirs, send } = setUp(async () => new Response(body))
    await (await send()).body!.cancel()
    await vi.waitUntil(() => isCancelled && ours.size + theirs.size === 0)
  })

  test('tells the other end that its caller has given up', async () => {
    const signals: AbortSignal[] = []
    const { ours, theirs, send } = setUp((request) => {
      signals.push(request.signal)
      return new Promise((_, reject) =>
        request.signal.addEventListener('abort', () => reject(new Error('gone'))),
      )
    })
    const gone = new AbortController()
    const answer = send({ signal: gone.signal })
    answer.catch(() => {})
    await vi.waitUntil(() => signals.length === 1)
    gone.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
    await vi.waitUntil(() => signals[0]!.aborted && ours.size + theirs.size === 0)
  })

  test('to which nobody listens is not begun', async () => {
    const { bus, ours } = setUp(echo)
    const answer = busFetch(bus, ours, 'nobody', new Request('http://fleet/'))
    await expect(answer).rejects.toMatchObject({ code: 'E_FLEET_UNREACHED' })
    expect(ours.size).toBe(0)
  })

  test('beyond what an end takes is refused, and was not begun', async () => {
    let begun = 0
    const { send, ours } = setUp(() => {
      begun += 1
      return new Promise(() => {})
    }, 1)
    send().catch(() => {})
    await vi.waitUntil(() => begun === 1)
    await expect(send()).rejects.toMatchObject({ code: 'E_FLEET_UNREACHED', got: 'refused: busy' })
    expect(begun).toBe(1)
    expect(ours.size).toBe(1)
  })

  test('fails if the other end is gone', async () => {
    const { bus, theirs, send } = setUp(() => new Promise(() => {}))
    const answer = send()
    answer.catch(() => {})
    await vi.waitUntil(() => theirs.size === 1)
    theirs.end(new Error('gone'))
    for (const listener of bus.listeners) if (listener.pattern.test('subject')) bus.listeners.delete(listener)
    await expect(answer).rejects.toMatchObject({ code: 'E_FLEET_LOST' })
  })

  test('fails if its enclave does, with a code that says whether it was begun', async () => {
    const failing = (code: string) =>
      setUp(() => Promise.reject(Object.assign(new Error('no'), { code }))).send()
    await expect(failing('E_HTTP_CLOSED')).rejects.toMatchObject({ code: 'E_FLEET_LOST' })
    for (const code of ['E_HTTP_BUSY', 'E_VSOCK_TIMED_OUT'])
      await expect(failing(code)).rejects.toMatchObject({ code: 'E_FLEET_UNREACHED', got: 'refused: busy' })
  })

  test('fails at once if the bus refuses its messages, with what was begun, and not for those of others', async () => {
    const told = new TransformStream<BusStatus, BusStatus>()
    const writer = told.writable.getWriter()
    const status = () => Object.assign(told.readable, { stop: () => void writer.close() })
    const bus = Object.assign(new MemoryBus(), { status })
    const [ours, theirs] = [new Inbox(bus), new Inbox(new MemoryBus())]
    const began = Promise.withResolvers<string>()
    bus.subscribe('subject', { callback: (_, { reply }) => began.resolve(reply!) })
    const send = () => busFetch(bus, ours, 'subject', new Request('http://fleet/'))
    const refuse = (subject: string, operation = 'publish') => {
      const error = Object.assign(new Error(`Permissions Violation for "${subject}"`), { operation, subject })
      return writer.write({
        type: 'error',
        error: Object.assign(error, { name: 'PermissionViolationError' }),
      })
    }
    const answer = send()
    let isOver = false
    answer.catch(() => {}).finally(() => (isOver = true))
    const reply = await began.promise
    await refuse('other')
    await refuse('subject', 'subscription')
    bus.publish(reply, encodePart(PartKind.ACCEPT, 0, wordBytes('one')), { reply: 'theirs' })
    // Its first part was taken.
    await vi.waitUntil(() => ours.size === 1)
    await refuse('subject')
    expect(isOver).toBe(false)
    await refuse('theirs')
    await expect(answer).rejects.toMatchObject({
      code: 'E_FLEET_PERMISSION',
      hint: expect.stringContaining('may have had an effect'),
    })
    const notBegun = send()
    await refuse('subject')
    await expect(notBegun).rejects.toMatchObject({
      code: 'E_FLEET_PERMISSION',
      message: expect.stringContaining('may not publish to subject'),
      hint: expect.stringContaining('nothing was begun'),
    })
    ours.end(new Error('over'))
    theirs.end(new Error('over'))
    // It listens no longer.
    await writer.closed
  })

  test('fails if the connection to the bus is closed', async () => {
    const { bus, send } = setUp(() => new Promise(() => {}))
    const answer = send()
    answer.catch(() => {})
    await bus.close()
    await expect(answer).rejects.toMatchObject({ code: expect.stringMatching(/^E_FLEET_(LOST|UNREACHED)$/) })
  })

  test('is lost if its own end is closed, and the other end learns it', async () => {
    const { ours, theirs, send } = setUp(
      (request) =>
        new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(new Error('gone')))),
    )
    const answer = send()
    answer.catch(() => {})
    await vi.waitUntil(() => theirs.size === 1)
    ours.end(new Error('closed'))
    await expect(answer).rejects.toThrow('closed')
    await vi.waitUntil(() => theirs.size === 0)
  })

  test('ends when its caller gives up before the first piece of its body', async () => {
    const { ours, send } = setUp(echo)
    const gone = new AbortController()
    const answer = send({ body: stream(() => {}), signal: gone.signal, duplex: 'half' } as RequestInit)
    answer.catch(() => {})
    gone.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
    expect(ours.size).toBe(0)
  })

  test.each([
    ['empty parts', 0, 1],
    ['more small parts than expected', 1, 2000],
  ])('with %s is refused', async (_, length, count) => {
    const { ours, bus, send } = setUp(() => new Promise(() => {}))
    const answer = send()
    answer.catch(() => {})
    await vi.waitUntil(() => ours.size === 1)
    const own = [...bus.listeners].find(({ pattern }) => pattern.source.includes('INBOX'))!
    const subject = own.pattern.source.slice(1, -1).replaceAll('\\', '').replace('[^.]+', '0')
    for (let number = 1; number <= count; number++)
      bus.publish(subject, encodePart(PartKind.DATA, number, new Uint8Array(length)))
    await expect(answer).rejects.toMatchObject({ code: 'E_FLEET_MESSAGE' })
  })

  test('leaves its member in time, also if it does not end', async () => {
    const { server, send } = setUp(
      (request) =>
        new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(new Error('gone')))),
    )
    const answer = send()
    answer.catch(() => {})
    await vi.waitUntil(() => server.running === 1)
    await server.close(10)
    await expect(answer).rejects.toMatchObject({ code: 'E_FLEET_LOST' })
  })

  test('begins with the first piece of its body, whenever the next one comes', async () => {
    const { send } = setUp(async (request) => new Response(request.body))
    const { promise: answered, resolve } = Promise.withResolvers<void>()
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Uint8Array.of(1))
        await answered
        controller.enqueue(Uint8Array.of(2))
        controller.close()
      },
    })
    const reader = (await send({ body, duplex: 'half' } as RequestInit)).body!.getReader()
    expect((await reader.read()).value).toEqual(Uint8Array.of(1))
    resolve()
    expect((await reader.read()).value).toEqual(Uint8Array.of(2))
    expect((await reader.read()).done).toBe(true)
  })

  test('of garbage is ignored or refused', async () => {
    const { bus, server } = setUp(echo)
    const answers: number[] = []
    bus.subscribe('me', { callback: (_, { data }) => answers.push(data[0]!) })
    for (const bytes of [new Uint8Array(), Uint8Array.of(0, 0, 0, 0, 0), Uint8Array.of(99, 0, 0, 0, 0)])
      bus.publish('subject', bytes, { reply: 'me' })
    bus.publish('subject', Uint8Array.of(0, 0, 0, 0, 0))
    await vi.waitUntil(() => answers.length === 3)
    expect(new Set(answers)).toEqual(new Set([2]))
    expect(server.running).toBe(0)
  })
})
