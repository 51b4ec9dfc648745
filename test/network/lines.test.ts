/** The connections that requests share: at most 48, for which the others wait in order. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ResponseHead } from '../../src/network/http-head.ts'
import type { Line } from '../../src/network/line.ts'
import { Lines, type Taken } from '../../src/network/lines.ts'
import { settled } from './memory-server.ts'
import { codeOf, hostOf, MemorySocket } from './memory-socket.ts'

const MOST = 48
const HEAD: ResponseHead = {
  status: 200,
  reason: '',
  fields: [],
  framing: { kind: 'length', length: 0 },
  isKept: true,
}
const never = new AbortController().signal

let lines: Lines
let sockets: MemorySocket[]
let held: Line[]
const openSockets = () => sockets.filter(({ isClosed }) => !isClosed).length
const open = async () => {
  const socket = new MemorySocket()
  sockets.push(socket)
  return socket
}
const take = (key: string, signal: AbortSignal = never) => lines.take({ key, signal, open })

/** The order in which requests get a connection. */
const order: string[] = []
const queue = async (key: string, signal?: AbortSignal): Promise<Taken> => {
  const taken = await take(key, signal)
  order.push(key)
  return taken
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  lines = new Lines(hostOf(() => Promise.reject()))
  sockets = []
  order.length = 0
  held = []
  while (held.length < MOST) held.push((await take('a')).line)
})
afterEach(() => void vi.useRealTimers())

describe('a request beyond 48', () => {
  test('waits until a connection is closed, the first one first', async () => {
    const waiting = ['b', 'c', 'd'].map((key) => queue(key))
    await settled()
    expect(order).toEqual([])
    for (const expected of [['b'], ['b', 'c'], ['b', 'c', 'd']]) {
      held.pop()!.close()
      await settled()
      expect(order).toEqual(expected)
      expect(openSockets()).toBe(MOST)
    }
    await Promise.all(waiting)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('takes a connection that is kept if it leads to the same place', async () => {
    const [same, other] = [queue('a'), queue('b')]
    await settled()
    lines.keep(held[0]!, HEAD)
    expect(await same).toEqual({ line: held[0], isKept: true })
    await settled()
    expect(order).toEqual(['a'])
    held[1]!.close()
    expect((await other).isKept).toBe(false)
  })

  test('has one closed that is kept for another place, which nobody else takes for a turn', async () => {
    const waiting = ['b', 'c', 'd'].map((key) => queue(key))
    await settled()
    for (const expected of [['b'], ['b', 'c'], ['b', 'c', 'd']]) {
      lines.keep(held.pop()!, HEAD)
      await settled()
      expect(order).toEqual(expected)
      expect(openSockets()).toBe(MOST)
    }
    await Promise.all(waiting)
  })

  test('that takes no kept connection gets a new one', async () => {
    const fresh = lines.take({ key: 'a', isNew: true, signal: never, open })
    lines.keep(held.pop()!, HEAD)
    expect((await fresh).isKept).toBe(false)
    expect(openSockets()).toBe(MOST)
  })

  test('waits again if the connection that it gets has been closed by the server', async () => {
    const waiting = queue('a')
    await settled()
    sockets[0]!.finish()
    lines.keep(held[0]!, HEAD)
    // The request that waits is the only one, so it may open another.
    expect((await waiting).isKept).toBe(false)
    expect(openSockets()).toBe(MOST)
  })

  test('is not overtaken by a later one', async () => {
    const first = queue('b')
    await settled()
    held.pop()!.close()
    const second = queue('c')
    await first
    await settled()
    expect(order).toEqual(['b'])
    held.pop()!.close()
    await second
  })

  test('that is aborted leaves its turn to the next', async () => {
    const controller = new AbortController()
    const [aborted, next] = [codeOf(queue('b', controller.signal)), queue('c')]
    await settled()
    held.pop()!.close()
    // Its turn has come, and it has not begun.
    controller.abort('why')
    expect(await aborted).toBe('why')
    await next
    expect(order).toEqual(['c'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that is aborted while it waits takes nobody’s turn', async () => {
    const controller = new AbortController()
    const [aborted, next] = [codeOf(queue('b', controller.signal)), queue('c')]
    await settled()
    controller.abort('why')
    expect(await aborted).toBe('why')
    await settled()
    expect(order).toEqual([])
    held.pop()!.close()
    await next
  })

  test('gets its turn although the one before cannot connect', async () => {
    const failing = codeOf(
      lines.take({ key: 'b', signal: never, open: () => Promise.reject(new Error('refused')) }),
    )
    const next = queue('c')
    await settled()
    held.pop()!.close()
    expect(await failing).toMatchObject({ message: 'refused' })
    await next
  })

  test('has the oldest response given up that nobody reads, after five seconds', async () => {
    const reasons: unknown[] = []
    const noteRead = held.slice(0, 3).map((line) =>
      lines.noteUnread((reason) => {
        reasons.push(reason)
        noteRead[held.indexOf(line)]!()
        line.close()
      }),
    )
    noteRead[0]!()
    const waiting = queue('b')
    await vi.advanceTimersByTimeAsync(4999)
    expect(reasons).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    await waiting
    expect(reasons).toMatchObject([{ code: 'E_HTTP_LIMIT' }])
    // The first of them was being read.
    expect(sockets.findIndex(({ isClosed }) => isClosed)).toBe(1)
  })
})
