/** Opening a connection: what may be requested, and what is given up. */
import { describe, expect, test, vi } from 'vitest'
import { type ConnectOptions, openConnection } from '../../src/network/index.ts'
import { settled } from './memory-server.ts'
import { codeOf, hostOf, MemorySocket } from './memory-socket.ts'

describe('an invalid host is never requested', () => {
  test.each([
    '',
    ' ',
    'a b',
    'a\r\nHost: b',
    'a:443 HTTP/1.1\r\n\r\nGET / HTTP/1.1',
    'a\n',
    'a\0.example.com',
    'b\xfccher.example',
    'x'.repeat(254),
  ])('%j', async (host) => {
    const open = vi.fn(async () => new MemorySocket())
    await expect(openConnection(hostOf(open), { host, port: 443 })).rejects.toThrow(TypeError)
    const named = { tls: { name: host } }
    await expect(openConnection(hostOf(open), { host: 'a', port: 443 }, named)).rejects.toThrow(TypeError)
    expect(open).not.toHaveBeenCalled()
  })

  test.each(['', 'x'.repeat(33), 'http 1.1', 'h\xe42'])('nor is the protocol %j', async (protocol) => {
    const opened = openConnection(hostOf(vi.fn()), { host: 'a', port: 1 }, { tls: { protocol } })
    await expect(opened).rejects.toThrow(/^tls.protocol/)
  })
})

describe('a connection is given up, and closed', () => {
  const answers = {
    nothing: '',
    'half a head': 'HTTP/1.1 200 OK\r\n',
    'half a refusal': 'HTTP/1.1 403 x\r\n\r\nno',
  }
  const waiting = (text: string, options: ConnectOptions) => {
    const socket = new MemorySocket().send(text)
    return {
      socket,
      outcome: codeOf(
        openConnection(
          hostOf(async () => socket),
          { host: 'a', port: 1 },
          options,
        ),
      ),
    }
  }

  test.each(Object.entries(answers))('at the end of its time, when the proxy says %s', async (_, text) => {
    const { socket, outcome } = waiting(text, { timeout: 20 })
    expect(await outcome).toBe('E_NETWORK_TIMEOUT')
    expect(socket.isClosed).toBe(true)
  })

  test.each(Object.entries(answers))('by its signal, when the proxy says %s', async (_, text) => {
    const controller = new AbortController()
    const { socket, outcome } = waiting(text, { signal: controller.signal })
    await settled()
    controller.abort('why')
    expect(await outcome).toBe('why')
    expect(socket.isClosed).toBe(true)
  })

  test('also if it is open only afterwards', async () => {
    const { promise, resolve } = Promise.withResolvers<MemorySocket>()
    const controller = new AbortController()
    const { signal } = controller
    const outcome = codeOf(
      openConnection(
        hostOf(() => promise),
        { host: 'a', port: 1 },
        { signal },
      ),
    )
    controller.abort('why')
    expect(await outcome).toBe('why')
    const socket = new MemorySocket()
    resolve(socket)
    await settled()
    expect(socket.isClosed).toBe(true)
  })

  test('before it is opened, if the signal is aborted already', async () => {
    const open = vi.fn()
    const signal = AbortSignal.abort('why')
    expect(await codeOf(openConnection(hostOf(open), { host: 'a', port: 1 }, { signal }))).toBe('why')
    expect(open).not.toHaveBeenCalled()
  })
})

test('a host without TLS in its module closes what it has opened', async () => {
  const socket = new MemorySocket().send('HTTP/1.1 200 OK\r\n\r\n')
  const opened = openConnection(
    hostOf(async () => socket),
    { host: 'a', port: 1 },
    { tls: true },
  )
  expect(await codeOf(opened)).toBe('E_TLS_ROOTS')
  expect(socket.isClosed).toBe(true)
})
