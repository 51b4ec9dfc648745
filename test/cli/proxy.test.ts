/** `qt proxy`: enclaves of the command line reach what it allows, whenever they start; ports of enclaves are published. */
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readProxyConfig } from '../../src/cli/core/proxy-config.ts'
import type { Home } from '../support/home.ts'
import { ProxyUser } from './with-proxy.ts'

let user: ProxyUser
let home: Home
let port: number

beforeAll(async () => {
  user = await ProxyUser.create()
  ;({ home, port } = user)
  await user.startEnclave()
})
afterAll(() => user[Symbol.asyncDispose]())
afterEach(() => user.endProxies())

/** Starts `qt proxy`, until it listens or ends. */
const start = (...words: string[]) => user.follow('qt', 'proxy', ...words)
const ask = (at: number, ...sent: string[]) => user.ask(0, at, ...sent)

const CONNECT = (to: number) => `CONNECT 127.0.0.1:${to} HTTP/1.1\r\n\r\n`

describe('an enclave that was started before', () => {
  test('reaches the one destination of qt-proxy’s form, also after the proxy has been started again', async () => {
    const words = ['-l', '8000', '-a', '127.0.0.1', '-p', String(port)]
    expect(await ask(8000, 'hello')).toBe('refused')
    for (const _ of [1, 2]) {
      const { child } = await start(...words)
      expect(await ask(8000, 'hello')).toBe('hello')
      child.kill('SIGTERM')
      await once(child, 'close')
      expect(child.exitCode).toBe(0)
      expect(await ask(8000, 'hello')).toBe('refused')
    }
    expect(existsSync(join(home.runtime, 'parent_8000'))).toBe(false)
  })

  test('reaches that of vsock-proxy’s form, if its allowlist has it', async () => {
    const file = join(home.path, 'allowlist.yaml')
    const words = ['8000', '127.0.0.1', String(port), '--config', file]
    writeFileSync(file, `allowlist:\n- {address: 127.0.0.1, port: ${port}}\n`)
    await user.follow('vsock-proxy', '-4', '-w', '20', ...words)
    expect(await ask(8000, 'hello')).toBe('hello')
  })

  test('says itself where it wants to go, within the rules; each connection is logged', async () => {
    const proxy = await start('-l', '8001', '--allow', `127.0.0.1:${port}`, '--access-log')
    expect(await ask(8001, CONNECT(port), 'hello')).toBe('HTTP/1.1 200 Connection established\r\n\r\nhello')
    expect(await ask(8001, CONNECT(port + 1))).toContain('E_PROXY_NOT_ALLOWED')
    await expect
      .poll(() => proxy.printed.match(/"end":"\w+"/g))
      .toEqual(['"end":"closed"', '"end":"refused"'])
    expect(proxy.printed).not.toContain('hello')
  })

  test('is reached at a published port', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const at = (free.address() as AddressInfo).port
    free.close()
    await once(free, 'close')
    await start('--publish', `${at}:5000`)
    const socket = connect({ host: '127.0.0.1', port: at })
    socket.end('return 6 * 7')
    expect(await text(socket)).toBe('{"value":42}')
  })
})

test('a configuration is read again on SIGHUP; one with a fault is not taken', async () => {
  const file = join(home.path, 'proxy.yaml')
  const write = (allow: string) => writeFileSync(file, `listen: {8002: any}\nallow: ["${allow}"]\n`)
  write('10.0.0.0/8:*')
  const proxy = await start('--config', file)
  expect(await ask(8002, CONNECT(port))).toContain('403')
  write(`127.0.0.1:${port}`)
  proxy.child.kill('SIGHUP')
  await expect.poll(() => proxy.printed).toContain('was read again')
  expect(await ask(8002, CONNECT(port), 'hello')).toContain('hello')
  writeFileSync(file, 'listen: {8002: any}\nalow: []\n')
  proxy.child.kill('SIGHUP')
  await expect
    .poll(() => proxy.printed)
    .toContain('proxy.yaml, line 2, column 1: unknown key alow; expected perhaps allow')
  expect(await ask(8002, CONNECT(port), 'hello')).toContain('hello')
})

test('connections go on when the configuration is read again, unless it forbids them', async () => {
  const file = join(home.path, 'again.yaml')
  const write = (ports: string, allow: string) =>
    writeFileSync(file, `listen: {${ports}}\nallow: ["${allow}"]\n`)
  write('8009: any', `127.0.0.1:${port}`)
  const proxy = await start('--config', file)
  const read = async (times: number) => {
    proxy.child.kill('SIGHUP')
    await expect.poll(() => proxy.printed.split('was read again').length).toBe(times + 1)
  }
  const socket = connect({ path: join(home.runtime, 'parent_8009') }).on('error', () => {})
  const heard: string[] = []
  socket.on('data', (data) => void heard.push(String(data)))
  const closed = once(socket, 'close')
  const line = JSON.stringify({ id: 0, cid: 16, destinations: ['127.0.0.1:*'] })
  socket.write(`${line}\n${CONNECT(port)}`)
  await expect.poll(() => heard.join('')).toContain(' 200 ')
  write('8009: any, 8010: any', `127.0.0.0/8:${port}`)
  await read(1)
  socket.write('still there')
  await expect.poll(() => heard.join('')).toContain('still there')
  write('8009: any', '127.0.0.1:1')
  await read(2)
  await closed
})

test('a configuration that cannot be started leaves the one before', async () => {
  await start('-l', '8005', '-a', '127.0.0.1', '-p', String(port))
  const file = join(home.path, 'busy.yaml')
  const write = (ports: string) => writeFileSync(file, `listen: {${ports}}\nallow: ["127.0.0.1:${port}"]\n`)
  write('8006: any')
  const proxy = await start('--config', file)
  write('8006: any, 8007: any, 8005: any')
  proxy.child.kill('SIGHUP')
  await expect.poll(() => proxy.printed).toContain('was not taken: E_PROXY_LISTEN')
  expect(await ask(8006, CONNECT(port), 'hello')).toContain('hello')
  // Nothing listens on what the new one had opened already.
  write('8006: any, 8007: any')
  proxy.child.kill('SIGHUP')
  await expect.poll(() => proxy.printed).toContain('was read again')
  expect(await ask(8007, CONNECT(port), 'hello')).toContain('hello')
})

describe('refused is', () => {
  test.each<[string, string[], RegExp]>([
    ['nothing to listen on', [], /E_USAGE_MISSING/],
    ['a host without a port', ['-a', 'a.example'], /E_USAGE_MISSING/],
    ['a rule that cannot be read', ['-l', '8003', '--allow', 'a'], /E_PROXY_RULE/],
    ['a destination that is not a host', ['-a', 'a b', '-p', '1'], /E_PROXY_DESTINATION/],
    ['a published port that cannot be read', ['--publish', 'a:b'], /E_PROXY_CONFIG/],
  ])('%s', async (_, words, message) => {
    const { child, printed } = await start(...words)
    expect([child.exitCode, printed]).toEqual([expect.any(Number), expect.stringMatching(message)])
    expect(child.exitCode).not.toBe(0)
  })

  test('a port on which another proxy listens', async () => {
    const words = ['-l', '8004', '-a', '127.0.0.1', '-p', String(port)]
    await start(...words)
    const second = await start(...words)
    expect(second.printed).toMatch(/E_PROXY_LISTEN.*another proxy listens there/s)
    expect(await ask(8004, 'hello')).toBe('hello')
  })
})

describe('a configuration is refused, with file and line, that', () => {
  test.each<[what: string, yaml: string, message: RegExp]>([
    ['is empty', '# nothing\n', /f\.yaml is empty/],
    ['is not YAML', 'allow: [\n', /f\.yaml, line 2, column 1: not valid YAML: Flow sequence/],
    ['is a list', '- a\n', /f\.yaml: the file has the wrong type; expected a table; got a list/],
    ['has an unknown key', 'publsh: []\n', /line 1, column 1: unknown key publsh; expected perhaps publish/],
    [
      'has one in the allowlist',
      'allowlist:\n- {adress: a.b}\n',
      /line 2, column 4: unknown key allowlist\[0\]\.adress; expected perhaps address/,
    ],
    [
      'has a number for a rule',
      'deny: [a.b:1,\n  2]\n',
      /line 2, column 3: deny\[1\] has the wrong type; expected HOST:PORTS.*got a number/,
    ],
    [
      'has a rule that cannot be read',
      'allow: [a]\n',
      /column 9: allow\[0\] is invalid; expected HOST:PORTS.*got a;/,
    ],
    [
      'has a text for a number',
      'connections: "9"\n',
      /connections has the wrong type; expected a whole number from 1 to 86400; got a text/,
    ],
    ['has a port twice', 'listen: {8000: any, "8000": any}\n', /column 21: the key 8000 is given twice/],
    [
      'has an invalid port',
      'listen: {-1: any}\n',
      /column 10: listen\.-1 is invalid; expected a vsock port from 0 to 4294967295/,
    ],
    [
      'has an invalid destination',
      'listen: {1: "a b:1"}\n',
      /listen\.1 is invalid; expected HOST:PORT, or any; got a b:1/,
    ],
    ['has an invalid name server', 'nameServers: [a]\n', /nameServers\[0\] is invalid/],
    ['has an alias', 'listen: &a {}\npublish: *a\n', /line 2, column 10: the alias \*a is not read/],
  ])('%s', (_, yaml, message) => {
    expect(() => readProxyConfig(yaml, 'f.yaml')).toThrow(message)
    expect(() => readProxyConfig(yaml, 'f.yaml')).toThrow(expect.objectContaining({ code: 'E_PROXY_CONFIG' }))
  })

  test('and one with every key is taken (the control)', () => {
    const yaml = `listen: {8000: "[::1]:443", 8001: any}
allow: [a.b:1]
deny:
nameServers: ["127.0.0.1:53"]
publish: ["8443 -> 5000"]
connections: 3
connectionRate: 5
connectTimeout: 2
idleTimeout: 1
allowlist: [{address: c.d, port: 4}]`
    expect(readProxyConfig(yaml, 'f.yaml')).toEqual({
      listen: new Map<number, unknown>([
        [8000, { address: '[::1]', port: 443 }],
        [8001, 'any'],
      ]),
      allow: ['a.b:1', 'c.d:4'],
      deny: [],
      nameServers: ['127.0.0.1:53'],
      publish: [{ host: '127.0.0.1', tcpPort: 8443, enclave: 0, port: 5000 }],
      connections: 3,
      connectionRate: 5,
      connectTimeout: 2,
      idleTimeout: 1,
    })
  })
})
