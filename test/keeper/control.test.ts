/** The one line that a command asks a keeper, and the one that comes back. */
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

/** All that a keeper answers to what may be no request. */
async function answerTo(sent: string): Promise<string> {
  const socket = connect(path())
  socket.end(sent)
  return text(socket)
}

describe('a keeper', () => {
  test.each(['stop', 'console'] as const)('is asked for %s', async (wanted) => {
    await using _ = await serveControl(path(), answering)
    const { socket, end } = await ask(path(), { ask: wanted }, LONG)
    expect(end).toBe(wanted)
    expect(await text(socket)).toBe('and more')
  })

  test('writes one line of JSON', async () => {
    await using _ = await serveControl(path(), answering)
    expect(await answerTo('{"ask":"stop"}\n')).toBe('{"ok":true,"end":"stop"}\nand more')
  })

  test.each([
    ['another word', '{"ask":"start"}\n'],
    ['no word', '{"stop":true}\n'],
    ['a text', '"stop"\n'],
    ['nothing', 'null\n'],
    ['no line', '{"ask":"stop"}'],
    ['a line of more than 4096 bytes', `{"ask":"stop"}${' '.repeat(4096)}\n`],
  ])('knows no request that is %s', async (_, sent) => {
    await using __ = await serveControl(path(), answering)
    expect(JSON.parse(await answerTo(sent))).toEqual({
      ok: false,
      code: 'E_KEEPER_REQUEST',
      message: 'E_KEEPER_REQUEST: unknown request to the keeper',
    })
  })

  test('is given nothing of a request but what it asks', async () => {
    const handle = vi.fn(answering)
    await using _ = await serveControl(path(), handle)
    await answerTo('{"ask":"stop","more":1}\n')
    await answerTo('{"ask":"start"}\n')
    expect(handle.mock.calls.map(([request]) => request)).toEqual([{ ask: 'stop' }])
  })

  test('takes a line of 4096 bytes and none of 4097', async () => {
    await using _ = await serveControl(path(), answering)
    const padded = (length: number) => `${'{"ask":"stop"}'.padEnd(length)}\n`
    expect(await answerTo(padded(4096))).toContain('"ok":true')
    expect(await answerTo(padded(4097))).toContain('E_KEEPER_REQUEST')
  })

  test('says that words are none, and hangs up', async () => {
    await using _ = await serveControl(path(), answering)
    expect(JSON.parse(await answerTo('stop\n'))).toMatchObject({
      ok: false,
      message: expect.stringMatching(/JSON/),
    })
  })
})

describe('who asks', () => {
  test('gets the keeper’s own error, its code once', async () => {
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

  test('gets a message that does not begin with its code as it is', async () => {
    await using _ = await serveControl(path(), async () => {
      throw Object.assign(new Error('something else'), { code: 'E_OTHER' })
    })
    await expect(ask(path(), { ask: 'stop' }, LONG)).rejects.toThrow('E_OTHER: something else')
  })

  test('is told that the keeper is gone where nobody listens', async () => {
    await expect(ask(path(), { ask: 'stop' }, LONG)).rejects.toMatchObject({ code: 'E_KEEPER_GONE' })
  })

  test('is told that the keeper is gone where it hangs up', async () => {
    await using _ = await serveControl(path(), async (_, socket) => void socket.destroy())
    await expect(ask(path(), { ask: 'stop' }, LONG)).rejects.toMatchObject({ code: 'E_KEEPER_GONE' })
  })

  test('closes the connection where it is refused', async () => {
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

  test('waits no longer than it says, and then the connection is closed', async () => {
    const closed: Promise<unknown>[] = []
    await using _ = await serveControl(path(), async (_, socket) => {
      closed.push(once(socket, 'close'))
      socket.resume()
      socket.once('end', () => socket.end())
    })
    await expect(ask(path(), { ask: 'stop' }, 50)).rejects.toMatchObject({ code: 'E_KEEPER_GONE' })
    await Promise.all(closed)
  })

  test('leaves no limit behind with an answer', async () => {
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

  test('reads an answer of 4096 bytes and none that is longer', async () => {
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
