/** Several readers of one console: what each gets and when, and how they are closed. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ConsoleStreams } from '../../src/keeper/console-streams.ts'
import type { Enclave } from '../../src/parent/enclave.ts'

const INTERVAL = 30
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

/** A console and its readers. */
class Printer {
  #printed = ''
  readonly streams: ConsoleStreams

  constructor() {
    const followConsole = () => {
      let at = 0
      return () => {
        const text = this.#printed.slice(at)
        at = this.#printed.length
        return text
      }
    }
    this.streams = new ConsoleStreams({ followConsole } as unknown as Enclave)
  }

  print(text: string): void {
    this.#printed += text
  }

  /** Adds a reader: the peer's end of its connection, the keeper's end, and what it has read. */
  read(): { peer: Duplex; socket: Duplex; text: () => string } {
    const [socket, peer] = duplexPair()
    let read = ''
    peer.setEncoding('utf8').on('data', (text: string) => (read += text))
    this.streams.add(socket as Socket, () => socket.write('begin:'))
    return { peer, socket, text: () => read }
  }
}

/** Waits until all written bytes have arrived. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a reader', () => {
  test('gets earlier output at once, and new output every 30 ms', async () => {
    const printer = new Printer()
    printer.print('before ')
    const { text } = printer.read()
    await settle()
    expect(text()).toBe('begin:before ')
    printer.print('after ')
    vi.advanceTimersByTime(INTERVAL - 1)
    await settle()
    expect(text()).toBe('begin:before ')
    vi.advanceTimersByTime(1)
    await settle()
    expect(text()).toBe('begin:before after ')
    printer.print('more')
    vi.advanceTimersByTime(INTERVAL)
    await settle()
    expect(text()).toBe('begin:before after more')
  })

  test('is written to only if there is output', async () => {
    const printer = new Printer()
    const { socket } = printer.read()
    const write = vi.spyOn(socket, 'write')
    vi.advanceTimersByTime(10 * INTERVAL)
    expect(write).not.toHaveBeenCalled()
  })

  test('that is slow gets nothing more before it has read, and does not block others', async () => {
    const printer = new Printer()
    const [fast, slow] = [printer.read(), printer.read()]
    slow.peer.pause()
    const write = vi.spyOn(slow.socket, 'write')
    await settle()
    printer.print('x'.repeat(100_000))
    vi.advanceTimersByTime(INTERVAL)
    await settle()
    printer.print('last')
    vi.advanceTimersByTime(INTERVAL)
    await settle()
    expect(write).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(INTERVAL)
    await settle()
    expect(fast.text()).toMatch(/xlast$/)
    slow.peer.resume()
    await settle()
    vi.advanceTimersByTime(INTERVAL)
    await settle()
    expect(slow.text()).toMatch(/xlast$/)
  })

  test('is rejected before any output if there is no console', () => {
    const refusing = new ConsoleStreams({
      followConsole() {
        throw new Error('E_CONSOLE_MODE')
      },
    } as unknown as Enclave)
    const begin = vi.fn()
    expect(() => refusing.add(duplexPair()[0] as Socket, begin)).toThrow('E_CONSOLE_MODE')
    expect(begin).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('may disconnect: its input is dropped, and its end is answered', async () => {
    const printer = new Printer()
    const { peer, socket } = printer.read()
    peer.write('x'.repeat(200_000))
    peer.end()
    await once(socket, 'close')
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('starts the polling if it is the first, and stops it if it is the last', async () => {
  const printer = new Printer()
  const [first, second] = [printer.read(), printer.read()]
  expect(vi.getTimerCount()).toBe(1)
  first.socket.destroy()
  await once(first.socket, 'close')
  expect(vi.getTimerCount()).toBe(1)
  second.socket.destroy()
  await once(second.socket, 'close')
  expect(vi.getTimerCount()).toBe(0)
  const third = printer.read()
  printer.print('again')
  vi.advanceTimersByTime(INTERVAL)
  await settle()
  expect(third.text()).toBe('begin:again')
})

describe('the end', () => {
  test('sends every reader the rest, then closes it, and stops polling', async () => {
    const printer = new Printer()
    const readers = [printer.read(), printer.read()]
    await settle()
    printer.print('the rest')
    await printer.streams.finish()
    await settle()
    for (const { text, socket, peer } of readers) {
      expect(text()).toBe('begin:the rest')
      expect(peer.readableEnded).toBe(true)
      expect(socket.destroyed).toBe(true)
    }
  })

  test('waits 300 ms for one that does not read, and then closes it', async () => {
    const printer = new Printer()
    const { peer, socket } = printer.read()
    peer.pause()
    await settle()
    printer.print('x'.repeat(1_000_000))
    let isOver = false
    const finishing = printer.streams.finish().then(() => (isOver = true))
    await vi.advanceTimersByTimeAsync(10 * INTERVAL - 1)
    await settle()
    expect(isOver).toBe(false)
    expect(socket.destroyed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await finishing
    expect(socket.destroyed).toBe(true)
  })

  test('is immediate without readers', async () => {
    await new Printer().streams.finish()
    await settle()
  })
})
