/** A guest that says itself where it wants to go: allowed, refused by rule, logged; many at once. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AccessEntry, openProxy, type ProxyOptions, type VsockProxy } from '../../src/proxy/index.ts'
import { Laboratory } from '../support/laboratory.ts'

let lab: Laboratory
let server: Server
let port: number
let proxy: VsockProxy | undefined
let entries: AccessEntry[]

beforeAll(async () => {
  lab = await Laboratory.open()
  server = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  await lab[Symbol.asyncDispose]()
  server.close()
  await once(server, 'close')
})

async function open(options: Partial<ProxyOptions> = {}) {
  await proxy?.close()
  entries = []
  proxy = openProxy(lab.parent, {
    port: 8400,
    allowlist: [`127.0.0.1:${port}`],
    onAccess: (entry) => void entries.push(entry),
    ...options,
  })
}

/** What a guest gets that sends `head`, and then `text`. */
const ask = (head: string, text = '') =>
  lab.run<string>(`const socket = await sdk.vsock.connect(8400)
    const bytes = (text) => Uint8Array.from(text, (one) => one.charCodeAt(0))
    await socket.write(bytes(${JSON.stringify(head)}))
    let answer = ''
    const read = async () => { const more = await socket.read(); if (more) answer += String.fromCharCode(...more); return more }
    await read()
    if (${text !== ''}) { await socket.write(bytes(${JSON.stringify(text)})); socket.end(); while (await read()); }
    socket.close()
    return answer`)

describe('a guest', () => {
  test('reaches an allowed destination by CONNECT, and no other', async () => {
    await open()
    const head = `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`
    expect(await ask(head, 'hello')).toBe('HTTP/1.1 200 Connection established\r\n\r\nhello')
    expect(await ask(`CONNECT 127.0.0.1:${port + 1} HTTP/1.1\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 403 .*E_PROXY_NOT_ALLOWED.*no rule allows 127\.0\.0\.1/s,
    )
    await expect.poll(() => entries.length).toBe(2)
    const [allowed, refused] = entries
    expect(allowed).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      port: 8400,
      cid: expect.any(Number),
      protocol: 'connect',
      destination: `127.0.0.1:${port}`,
      address: '127.0.0.1',
      bytesOut: 5,
      bytesIn: 5,
      milliseconds: expect.any(Number),
      end: 'closed',
    })
    expect(refused).toMatchObject({ code: 'E_PROXY_NOT_ALLOWED', end: 'refused', bytesOut: 0 })
    expect(JSON.stringify(entries)).not.toContain('hello')
  })

  test('reaches it by SOCKS5 too', async () => {
    await open()
    const [high, low] = [port >> 8, port & 255]
    const head = String.fromCharCode(5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, high, low)
    const answer = await ask(head, 'hello')
    expect([answer.endsWith('hello'), answer.charCodeAt(3)]).toEqual([true, 0])
    await expect.poll(() => entries.map(({ protocol }) => protocol)).toEqual(['socks5'])
  })

  test('by a rule that denies, is told which', async () => {
    await open({ deny: [`127.0.0.0/8:${port}`], allowlist: ['127.0.0.0/8:*'] })
    expect(await ask(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`)).toContain(
      `the rule that decided: 127.0.0.0/8:${port}`,
    )
  })

  test('reads why its request is refused', async () => {
    await open()
    expect(await ask('CONNECT nonsense HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 .*E_PROXY_REQUEST/s)
  })

  test('that sends no request gives its place to another', async () => {
    await open({ connectTimeout: 50, maxConnections: 1 })
    const silent = `const socket = await sdk.vsock.connect(8400)
      return await socket.read().catch(({ code }) => code)`
    expect(await lab.run(silent)).toBe('reset')
    await expect.poll(() => entries.map(({ code }) => code)).toEqual(['E_PROXY_REQUEST'])
    expect(await ask(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`, 'hello')).toMatch(/hello$/)
  })

  test('that was refused cannot stay', async () => {
    await open()
    const head = `CONNECT 127.0.0.1:${port + 1} HTTP/1.1\r\n\r\n`
    const end = lab.run(`const socket = await sdk.vsock.connect(8400)
      await socket.write(Uint8Array.from(${JSON.stringify(head)}, (one) => one.charCodeAt(0)))
      while (await socket.read());
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        await socket.write(new Uint8Array(1))
      }`)
    await expect(end).rejects.toThrow()
    expect(proxy!.connections).toBe(0)
  })

  test('that says nothing for long is closed', async () => {
    await open({ idleTimeout: 50 })
    const head = `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`
    const end = lab.run(`const socket = await sdk.vsock.connect(8400)
      await socket.write(Uint8Array.from(${JSON.stringify(head)}, (one) => one.charCodeAt(0)))
      await socket.read()
      return await socket.read().catch(({ code }) => code)`)
    expect(await end).toBe('reset')
    await expect.poll(() => entries.map((entry) => entry.end)).toEqual(['idle'])
  })
})

test('a guest that has sent no request does not delay the end', async () => {
  await open()
  const end = lab.run<string>(`const socket = await sdk.vsock.connect(8400)
    await socket.write(Uint8Array.of(5))
    return await socket.read().catch(({ code }) => code)`)
  await expect.poll(() => proxy!.connections).toBe(1)
  await proxy!.close()
  expect(await end).toBe('reset')
})

test('100 connections at once are all served', async () => {
  await open()
  const head = `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`
  const answers =
    await lab.run<number>(`const bytes = (text) => Uint8Array.from(text, (one) => one.charCodeAt(0))
    const one = async (number) => {
      const socket = await sdk.vsock.connect(8400)
      await socket.write(bytes(${JSON.stringify(head)}))
      await socket.read()
      await socket.write(bytes('number ' + number))
      socket.end()
      let answer = ''
      for await (const more of socket) answer += String.fromCharCode(...more)
      socket.close()
      return answer === 'number ' + number
    }
    return (await Promise.all(Array.from({ length: 100 }, (_, at) => one(at)))).filter(Boolean).length`)
  expect(answers).toBe(100)
  await expect.poll(() => entries.filter(({ end }) => end === 'closed').length).toBe(100)
  await proxy!.close()
  expect(proxy!.connections).toBe(0)
})
