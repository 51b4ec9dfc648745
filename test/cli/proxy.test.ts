/** `qt proxy`: enclaves of the command line reach what it allows, whenever they start; ports of enclaves are published. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { connectTo } from '../../src/node/index.ts'
import { Home } from '../support/home.ts'
import { laboratoryImage } from '../support/laboratory.ts'

const home = new Home()
const eif = join(home.path, 'laboratory.eif')
let server: Server
let port: number
let children: ChildProcess[] = []

beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  writeFileSync(eif, (await laboratoryImage()).eif)
  await home.qt('enclave', 'start', '--eif', eif, '--mem', '128')
})
afterAll(async () => {
  await home[Symbol.asyncDispose]()
  server.close()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const child of children) {
    const closed = child.exitCode === null && once(child, 'close')
    child.kill('SIGINT')
    await closed
  }
  children = []
})

/** A running proxy, and all that it has printed. */
interface Running {
  readonly child: ChildProcess
  printed: string
}

/** Starts `qt proxy`, until it listens or ends. */
const start = (...words: string[]) => follow('qt', ['proxy', ...words])

async function follow(name: string, words: string[]): Promise<Running> {
  const child = spawn(join(home.path, 'bin', name), words, { env: home.env })
  const running: Running = { child, printed: '' }
  children.push(child)
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (data) => {
      running.printed += data
    })
  await Promise.race([
    expect.poll(() => running.printed).toContain('"listening"'),
    once(child, 'close').then(() => {}),
  ])
  return running
}

/** What the code returns in the enclave. */
async function run(code: string): Promise<unknown> {
  vi.stubEnv('XDG_RUNTIME_DIR', home.env['XDG_RUNTIME_DIR'])
  const stream = await connectTo(0, 5000)
  stream.end(code)
  return (JSON.parse(await text(stream)) as { value?: unknown }).value
}

/** What the enclave gets that sends `sent` to the port of its parent; or the code of the error. */
const ask = (at: number, ...sent: string[]) =>
  run(`try {
    const socket = await sdk.vsock.connect(${at})
    let answer = ''
    for (const text of ${JSON.stringify(sent)}) {
      await socket.write(new TextEncoder().encode(text))
      answer += new TextDecoder().decode(await socket.read())
    }
    socket.close()
    return answer
  } catch ({ code }) { return code }`)

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
    await follow('vsock-proxy', ['-4', '-w', '20', ...words])
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
  await expect.poll(() => proxy.printed).toContain('line 2: alow')
  expect(await ask(8002, CONNECT(port), 'hello')).toContain('hello')
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
