/** The control socket of a keeper: one line with a request, and one line with the answer. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test, vi } from 'vitest'
import { EnclaveError } from '../../src/base/error.ts'
import { ask, type ControlHandler, reply, serveControl } from '../../src/keeper/control.ts'
import { patience } from '../support/patience.ts'
import { useHome } from './own-home.ts'

const home = useHome()
const path = () => join(home.path, 'control.sock')
const LONG = patience(60_000)
const answering: ControlHandler = async ({ ask: wanted }, socket) => {
  reply(socket, { ok: true, end: wanted })
  socket.end('and more')
}

/** The keeper's whole answer to `sent`, which may be invalid. */
async function answerTo(sent: string): Promise<string> {
  const socket = connect(path())
  socket.end(sent)
  return text(socket)
}

describe('a keeper', () => {
  test.each(['stop', 'console'] as const)('handles the request %s', async (wanted) => {
    await using _ = await serveControl(path(), answering)
    const { socket, end } = await ask(path(), { ask: wanted }, LONG)
    expect(end).toBe(wanted)
    expect(await text(socket)).toBe('and more')
  })

  test('answers with one line of JSON', async () => {
    await using _ = await serveControl(path(), answering)
    expect(await answerTo('{"ask":"stop"}\n')).toBe('{"ok":true,"end":"stop"}\nand more')
  })

  test.each([
    ['an unknown command', '{"ask":"start"}\n'],
    ['an object without a command', '{"stop":true}\n'],
    ['a string', '"stop"\n'],
    ['null', 'null\n'],
    ['a line without an end', '{"ask":"stop"}'],
    ['a line of more than 4096 bytes', `{"ask":"stop"}${' '.repeat(4096)}\n`],
  ])('rejects a request that is %s', async (_, sent) => {
    await using __ = await serveControl(path(), answering)
    expect(JSON.parse(await answerTo(sent))).toEqual({
      ok: false,
      code: 'E_KEEPER_REQUEST',
      message: 'E_KEEPER_REQUEST: unknown request to the keeper',
    })
  })

  test('passes only the known members of a request to its handler', async () => {
    const handle = vi.fn(answering)
    await using _ = await serveControl(path(), handle)
    await answerTo('{"ask":"stop","more":1}\n')
    await answerTo('{"ask":"start"}\n')
    expect(handle.mock.calls.map(([request]) => request)).toEqual([{ ask: 'stop' }])
  })

  test('accepts a line of 4096 bytes, and rejects one of 4097', async () => {
    await using _ = await serveControl(path(), answering)
    const padded = (length: number) => `${'{"ask":"stop"}'.padEnd(length)}\n`
    expect(await answerTo(padded(4096))).toContain('"ok":true')
    expect(await answerTo(padded(4097))).toContain('E_KEEPER_REQUEST')
  })

  test('answers invalid JSON with an error, and closes the connection', async () => {
    await using _ = await serveControl(path(), answering)
    expect(JSON.parse(await answerTo('stop\n'))).toMatchObject({
      ok: false,
      message: expect.stringMatching(/JSON/),
    })
  })
})

describe('the client', () => {
  test('gets the keeper’s error, with its code only once', async () => {
    await using _ = await serveControl(path(), async () => {
      throw new EnclaveError('E_CONSOLE_MODE', { what: 'no debug mode', hint: 'start it so' })
    })
    const refused = ask(path(), { ask: 'console' }, LONG)
    await expect(refused).rejects.toBeInstanceOf(EnclaveError)
    await expect(refused).rejects.toMatchObject({
      code: 'E_CONSOLE_MODE',
      message: 'E_CONSOLE_MODE: no debug mode; start it so',
    })
  })

  test('gets a message without a code unchanged', async () => {
    await using _ = await serveControl(path(), async () => {
      throw Object.assign(new Error('something else'), { code: 'E_OTHER' })
    })
    await expect(ask(path(), { ask: 'stop' }, LONG)).rejects.toThrow('E_OTHER: something else')
  })

  test('gets E_KEEPER_GONE if nobody listens', async () => {
    await expect(ask(path(), { ask: 'stop' }, LONG)).rejects.toMatchObject({ code: 'E_KEEPER_GONE' })
  })

  test('gets E_KEEPER_GONE if the keeper closes the connection without an answer', async () => {
    await using _ = await serveControl(path(), async (_, socket) => void socket.destroy())
    await expect(ask(path(), { ask: 'stop' }, LONG)).rejects.toMatchObject({ code: 'E_KEEPER_GONE' })
  })

  test('closes the connection after an error', async () => {
    const closed: Promise<unknown>[] = []
    await using _ = await serveControl(path(), async (_, socket) => {
      closed.push(once(socket, 'close'))
      reply(socket, { ok: false, code: 'E_OTHER', message: 'no' })
      socket.resume().once('end', () => socket.end())
    })
    await expect(ask(path(), { ask: 'stop' }, LONG)).rejects.toThrow('E_OTHER: no')
    await Promise.all(closed)
    expect(closed).toHaveLength(1)
  })

  test('closes the connection after its time limit', async () => {
    const closed: Promise<unknown>[] = []
    await using _ = await serveControl(path(), async (_, socket) => {
      closed.push(once(socket, 'close'))
      socket.resume()
      socket.once('end', () => socket.end())
    })
    await expect(ask(path(), { ask: 'stop' }, 50)).rejects.toMatchObject({ code: 'E_KEEPER_GONE' })
    await Promise.all(closed)
  })

  test('removes its time limit after an answer', async () => {
    await using _ = await serveControl(path(), async (_, socket) => reply(socket, { ok: true }))
    const set = vi.spyOn(globalThis, 'setTimeout')
    const clear = vi.spyOn(globalThis, 'clearTimeout')
    const { socket, end } = await ask(path(), { ask: 'console' }, 12_345_678)
    expect(end).toBeUndefined()
    const timers = set.mock.results.filter((_, at) => set.mock.calls[at]![1] === 12_345_678)
    expect(timers).toHaveLength(1)
    expect(clear).toHaveBeenCalledWith(timers[0]!.value)
    socket.destroy()
    vi.restoreAllMocks()
  })

  test('reads an answer of 4096 bytes, and rejects a longer one', async () => {
    const answers = [4096, 4097].map((length) => `${'{"ok":true}'.padEnd(length)}\n`)
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.write(answers.shift()!)
    })
    server.listen(path())
    await once(server, 'listening')
    const { socket } = await ask(path(), { ask: 'console' }, LONG)
    socket.destroy()
    await expect(ask(path(), { ask: 'console' }, LONG)).rejects.toMatchObject({ code: 'E_KEEPER_GONE' })
    for (const each of sockets) each.destroy()
    server.close()
  })
})
