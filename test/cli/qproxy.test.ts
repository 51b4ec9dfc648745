/** `qproxy`: the enclave with one CID reaches the hosts of a TOML file; what is wrong in the file is named. */
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { QPROXY_EXAMPLE, readQproxyConfig } from '../../src/cli/core/qproxy-config.ts'
import { openLog } from '../../src/cli/core/qproxy-log.ts'
import type { AccessEntry } from '../../src/proxy/egress.ts'
import { ProxyUser } from './with-proxy.ts'

let user: ProxyUser

beforeAll(async () => {
  user = await ProxyUser.create()
  for (const cid of ['16', '17']) await user.startEnclave('--cid', cid)
})
afterAll(() => user[Symbol.asyncDispose]())
afterEach(() => user.endProxies())

const outbound = (vsockPort: number, hostname = '127.0.0.1', tcpPort: number | string = user.port) =>
  `[[outbound_connections]]\nhostname = "${hostname}"\nvsock_port = ${vsockPort}\ntcp_port = ${tcpPort}\n`

/** The path of a file with this TOML. */
function fileOf(...tables: string[]): string {
  const path = join(user.home.path, 'config_qproxy.toml')
  writeFileSync(path, tables.join('\n'))
  return path
}

const host = (cid: number, ...tables: string[]) =>
  user.follow('qproxy', 'host', `--config=${fileOf(...tables)}`, `${cid}`)
const qproxy = (...words: string[]) => user.home.run(join(user.home.path, 'bin', 'qproxy'), words)

describe('qproxy host', () => {
  test('serves the enclave with its CID, and no other one', async () => {
    const { printed } = await host(16, outbound(8000))
    expect(printed).toContain('serves enclave 0, which has CID 16')
    expect(await user.ask(0, 8000, 'hello')).toBe('hello')
    expect(await user.ask(1, 8000, 'hello')).toBe('refused')
    expect(await user.ask(0, 8001, 'hello')).toBe('refused')
    // The control: the other enclave can be served, on the same port.
    await host(17, outbound(8000))
    expect(await user.ask(1, 8000, 'hello')).toBe('hello')
  })

  test('serves each enclave that gets the CID, and leaves nothing when it ends', async () => {
    await user.home.qt('enclave', 'stop', '--enclave-id', '1')
    const proxy = await host(17, outbound(8000))
    expect(proxy.printed).toContain('waits for an enclave with CID 17')
    for (const times of [1, 2]) {
      await user.startEnclave('--cid', '17')
      await expect.poll(() => proxy.printed.match(/serves enclave 1, which has CID 17/g)).toHaveLength(times)
      expect(await user.ask(1, 8000, 'hello')).toBe('hello')
      if (times === 1) await user.home.qt('enclave', 'stop', '--enclave-id', '1')
    }
    proxy.child.kill('SIGTERM')
    await once(proxy.child, 'close')
    expect(proxy.child.exitCode).toBe(0)
    expect(proxy.printed).toMatch(/"carried": 2/)
    expect(existsSync(`${user.home.vsock(1)}_8000`)).toBe(false)
    expect(await user.ask(1, 8000, 'hello')).toBe('refused')
  })

  test('logs each connection in the file of log_location, without payload', async () => {
    const folder = join(user.home.path, 'log', 'qproxy')
    const log = `[log_location]\nhost_log = "h.log"\nhost_log_dir = "${folder}"\nlog_level = "info"\n`
    await host(16, outbound(8000), log)
    expect(await user.ask(0, 8000, 'hello')).toBe('hello')
    const file = join(folder, 'h.log')
    await expect.poll(() => readFileSync(file, 'utf8')).toContain('"end":"closed"')
    const [line = ''] = readFileSync(file, 'utf8').split('\n')
    const destination = `127.0.0.1:${user.port}`
    expect(JSON.parse(line)).toMatchObject({ cid: 16, port: 8000, destination, bytesOut: 5, bytesIn: 5 })
    expect(line).not.toContain('hello')
  })

  test('refuses a name that resolves to an address which is not listed, and prints that', async () => {
    const proxy = await host(16, outbound(8000, 'localhost'))
    expect(await user.ask(0, 8000, 'hello')).not.toBe('hello')
    await expect.poll(() => proxy.printed).toContain('E_PROXY_NOT_ALLOWED')
  })

  test('refuses a port on which another one listens for the same enclave', async () => {
    await host(16, outbound(8000))
    const second = await host(16, outbound(8001), outbound(8000))
    expect(second.printed).toMatch(/E_PROXY_LISTEN: .*vsock port 8000; got another proxy listens there/)
    expect(second.child.exitCode).toBe(1)
    expect(await user.ask(0, 8000, 'hello')).toBe('hello')
    expect(await user.ask(0, 8001, 'hello')).toBe('refused')
  })

  test.each<[words: string[], message: RegExp]>([
    [['host', '4'], /^E_USAGE_MISSING: missing necessary argument --config/],
    [['host', '--config=f.toml'], /^E_USAGE_MISSING: .*CID/],
    [
      ['host', '--config=f.toml', '3'],
      /^E_USAGE: invalid CID; expected a whole number from 4 to 4294967294; got 3/,
    ],
    [['host', '--config=f.toml', '0x4'], /^E_USAGE: invalid CID/],
    [['check-config'], /^E_USAGE_MISSING: missing necessary argument --config/],
    [['check-config', '--config=f.toml', 'f.toml'], /^E_USAGE_CONFLICT/],
    [['enclave', '--config=f.toml'], /^E_USAGE: qproxy enclave runs .* connect or fetch of webclave\/sdk/],
  ])('%j is a usage error', async (words, message) => {
    const { status, stderr } = await qproxy(...words)
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)])
  })
})

describe('qproxy check-config', () => {
  test('shows what a file says, in each of its forms', async () => {
    const file = fileOf(QPROXY_EXAMPLE)
    const config = `--config=${file}`
    const results = await Promise.all([
      qproxy('check-config', config),
      qproxy('check-config', file),
      user.home.qt('qproxy', 'check-config', config),
    ])
    for (const { status, stdout } of results) {
      expect(status).toBe(0)
      expect(JSON.parse(stdout)).toEqual({
        outbound: [{ vsockPort: 8000, to: 'kms.cn-north-4.myhuaweicloud.com:443' }],
        log: '/var/log/qproxy/host.log',
        logLevel: 'info',
      })
    }
  })

  test('names the file and the place of an error', async () => {
    const file = fileOf(outbound(8000, 'a.example', 443), outbound(8001, 'a.example', '"443"'))
    const { status, stderr } = await qproxy('check-config', file)
    expect(status).toBe(1)
    expect(stderr).toContain(`${file}: outbound_connections[1].tcp_port has the wrong type`)
  })
})

describe('a configuration is refused that', () => {
  const first = '[[outbound_connections]]\nhostname = "a.example"\nvsock_port = 1\ntcp_port = 2\n'
  const second = first.replace('vsock_port = 1', 'vsock_port = 3')
  const log = (line: string) => `${first}[log_location]\n${line}\n`
  test.each<[what: string, toml: string, message: RegExp]>([
    ['is empty', '\n# nothing\n', /f\.toml is empty/],
    ['is too long', '#'.repeat((1 << 20) + 1), /f\.toml is too long/],
    ['is not TOML', `${first}x = \n`, /f\.toml, line 5, column 5: not valid TOML: invalid value/],
    ['gives a key twice', `${first}tcp_port = 3\n`, /f\.toml, line 5, column 1: not valid TOML/],
    ['has no connections', '[log_location]\n', /outbound_connections is missing/],
    ['has an empty list', 'outbound_connections = []\n', /expected one or more \[\[outbound_connections\]\]/],
    [
      'has one table',
      '[outbound_connections]\n',
      /a list of \[\[outbound_connections\]\] tables; got a table/,
    ],
    [
      'has an unknown table',
      `${first}[log_locaton]\n`,
      /unknown key log_locaton; expected perhaps log_location/,
    ],
    [
      'has inbound connections',
      `${first}[[inbound_connections]]\n`,
      /inbound_connections cannot be relayed.*--publish/,
    ],
    [
      'has an unknown key',
      first + second.replace('tcp_port', 'tcp_prt'),
      /unknown key outbound_connections\[1\]\.tcp_prt; expected perhaps tcp_port/,
    ],
    [
      'has a text for a port',
      first + second.replace('port = 2', 'port = "2"'),
      /outbound_connections\[1\]\.tcp_port has the wrong type; expected a whole number from 1 to 65535; got a text/,
    ],
    [
      'has a port out of range',
      first.replace('tcp_port = 2', 'tcp_port = 65536'),
      /from 1 to 65535; got 65536/,
    ],
    [
      'has a date for a host',
      first.replace('"a.example"', '2026-01-01'),
      /hostname has the wrong type.*got a date/,
    ],
    [
      'has a host with a port',
      first.replace('a.example', 'a.example:1'),
      /hostname is invalid.*without a port/,
    ],
    ['has no host', first.replace('hostname = "a.example"', ''), /connections\[0\]\.hostname is missing/],
    ['has a vsock_port twice', first + first, /connections\[1\]\.vsock_port is invalid.*got 1 again/],
    [
      'has an unknown level',
      log('log_level = "inf"'),
      /log_level is invalid; expected off, error, .*; got inf/,
    ],
    [
      'has an unknown log',
      log('hst_log = "a"'),
      /unknown key log_location\.hst_log; expected perhaps host_log/,
    ],
    [
      'has a number for a log',
      log('enclave_log_dir = 1'),
      /log_location\.enclave_log_dir has the wrong type/,
    ],
  ])('%s', (_, toml, message) => {
    expect(() => readQproxyConfig(toml, 'f.toml')).toThrow(message)
    expect(() => readQproxyConfig(toml, 'f.toml')).toThrow(
      expect.objectContaining({ code: 'E_PROXY_CONFIG' }),
    )
    // The control.
    expect(readQproxyConfig(first + second, 'f.toml').proxy.listen.size).toBe(2)
  })

  test('and the log goes to standard error without a folder, of all connections', () => {
    expect(readQproxyConfig(log('host_log = "a.log"'), 'f.toml')).toMatchObject({
      logFile: undefined,
      logLevel: 'info',
    })
  })
})

test.each([
  ['off', []],
  ['error', ['refused', 'failed']],
  ['warn', ['refused', 'failed']],
  ['info', ['closed', 'idle', 'refused', 'failed']],
  ['trace', ['closed', 'idle', 'refused', 'failed']],
] as const)('log_level %s prints %j', (logLevel, expected) => {
  const printed: string[] = []
  using log = openLog({ logFile: undefined, logLevel }, (line) => printed.push(JSON.parse(line).end))
  for (const end of ['closed', 'idle', 'refused', 'failed'] as const) log.write({ end } as AccessEntry)
  expect(printed).toEqual(expected)
})
