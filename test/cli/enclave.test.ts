/** An enclave from the command line: start, query, connections from other languages, console, stop. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasProgram } from '../support/debian.ts'
import { Home } from '../support/home.ts'
import { laboratoryImage } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'

const home = new Home()
const eif = join(home.path, 'laboratory.eif')
const START = ['enclave', 'start', '--eif', eif, '--mem', '128'] as const

beforeAll(async () => {
  await writeFile(eif, (await laboratoryImage()).eif)
  const { status, stdout, stderr } = await home.qt(...START, '--debug-mode')
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: 'Started enclave with EnclaveID : 0, EnclaveCID : 4, NumberOfCPUs : 2, MemoryMiB : 128\n',
  })
  expect(JSON.parse(stdout)).toEqual({
    EnclaveID: 0,
    EnclaveCID: 4,
    NumberOfCPUs: 2,
    MemoryMiB: 128,
    LaunchMode: 'debug',
  })
})
afterAll(() => home[Symbol.asyncDispose]())

/** Runs a program with `input` and returns its output. */
function output(command: string, args: readonly string[], input = ''): string {
  return spawnSync(command, args, { input, encoding: 'utf8', timeout: patience(60_000) }).stdout
}

describe('another command', () => {
  test('shows the enclave in the documented format', async () => {
    const { stdout, stderr } = await home.qt('enclave', 'query')
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual([
      {
        EnclaveID: 0,
        ProcessID: expect.any(Number),
        EnclaveCID: 4,
        NumberOfCPUs: 2,
        MemoryMiB: 128,
        LaunchMode: 'debug',
        Status: 'Running',
        Socket: home.vsock(0),
      },
    ])
    expect((await home.qt('enclave', 'query', '--enclave-id', '7')).stdout).toBe('[]\n')
  })

  test('of another user cannot access its directory and sockets', () => {
    expect(statSync(home.runtime).mode & 0o777).toBe(0o700)
    for (const name of ['', 'vsock.sock', 'control.sock', 'enclave.json']) {
      expect(statSync(join(home.runtime, '0', name)).mode & 0o077, name).toBe(0)
    }
  })
})

describe('other languages', () => {
  test.runIf(hasProgram('socat', 'the test that it talks to an enclave', ['-V']))(
    'socat connects in both directions',
    async () => {
      const talk = (port: number, code: string) =>
        output('socat', ['-t20', '-', `UNIX-CONNECT:${home.vsock(0)}`], `CONNECT ${port}\n${code}`)
      expect(talk(5000, 'return 6 * 7')).toMatch(/^OK \d+\n\{"value":42\}$/)
      // If nobody listens on a port, the connection is closed, as in Firecracker.
      expect(talk(6000, 'hello')).toBe('')
      const answering = spawn('socat', [`UNIX-LISTEN:${home.vsock(0)}_7000`, 'SYSTEM:cat'])
      await until(() => existsSync(`${home.vsock(0)}_7000`))
      const reply = talk(
        5000,
        `const socket = await sdk.vsock.connect(7000)
       await socket.write(new TextEncoder().encode('to socat'))
       return new TextDecoder().decode(await socket.read())`,
      )
      answering.kill()
      expect(reply).toMatch(/\{"value":"to socat"\}$/)
    },
  )

  test('Python connects in both directions', async () => {
    const program = `
import socket, sys
peer = socket.socket(socket.AF_UNIX)
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1] + '_7001')
listener.listen()
peer.connect(sys.argv[1])
peer.sendall(b'CONNECT 5000\\n')
assert peer.recv(64).startswith(b'OK ')
peer.sendall(b"""const socket = await sdk.vsock.connect(7001)
await socket.write(new Uint8Array(300000).fill(65))
socket.close()
return 'sent'""")
peer.shutdown(socket.SHUT_WR)
guest, _ = listener.accept()
count = 0
while chunk := guest.recv(65536): count += len(chunk)
print(count, peer.recv(64).decode())`
    const talking = await home.run('python3', ['-c', program, home.vsock(0)])
    expect(talking).toMatchObject({ status: 0, stdout: '300000 {"value":"sent"}\n' })
  })

  test('eight MiB are echoed unchanged', async () => {
    const payload = Buffer.from(Uint8Array.from({ length: 8 << 20 }, (_, at) => (at * 31) ^ (at >> 12)))
    const received: Buffer[] = []
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket))
    await new Promise<void>((resolve) => server.listen(`${home.vsock(0)}_7002`, resolve))
    const source = createServer((socket) => socket.end(payload))
    await new Promise<void>((resolve) => source.listen(`${home.vsock(0)}_7003`, resolve))
    const sink = createServer((socket) => socket.on('data', (chunk: Buffer) => received.push(chunk)))
    await new Promise<void>((resolve) => sink.listen(`${home.vsock(0)}_7004`, resolve))
    const carried = await home.run('python3', ['-c', ASK, home.vsock(0)], {
      input: `
        const [from, echo, to] = await Promise.all([7003, 7002, 7004].map((port) => sdk.vsock.connect(port)))
        const out = (async () => { for await (const bytes of from) await echo.write(bytes); echo.end() })()
        for await (const bytes of echo) await to.write(bytes)
        await out
        to.close()
        return 'carried'`,
    })
    expect(carried.stdout).toBe('{"value":"carried"}')
    await until(() => received.reduce((sum, { length }) => sum + length, 0) === payload.length)
    expect(Buffer.compare(Buffer.concat(received), payload)).toBe(0)
    for (const each of [server, source, sink]) each.close()
  })

  test.each([
    '',
    'CONNECT\n',
    'CONNECT five\n',
    'connect 5000\n',
    `CONNECT ${'9'.repeat(20)}\n`,
    'x'.repeat(70_000),
  ])('an invalid request closes the connection: %j', (request) => {
    expect(output('socat', ['-t5', '-', `UNIX-CONNECT:${home.vsock(0)}`], request)).toBe('')
  })
})

/** A Python script that sends its input to port 5000 and prints the answer. */
const ASK = `
import socket, sys
peer = socket.socket(socket.AF_UNIX)
peer.connect(sys.argv[1])
peer.sendall(b'CONNECT 5000\\n')
peer.recv(64)
peer.sendall(sys.stdin.buffer.read())
peer.shutdown(socket.SHUT_WR)
while chunk := peer.recv(65536): sys.stdout.buffer.write(chunk)`

/** Polls until the condition is true, or until the test's time limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Follows the console until it contains `text`. */
const consoleUntil = (text: string) => home.follow('qt', ['enclave', 'console', '--enclave-id', '0'], text)

describe('the console', () => {
  const print = (code: string) => home.run('python3', ['-c', ASK, home.vsock(0)], { input: code })

  test('has several readers, and one that does not read does not block the others', async () => {
    const idleReader = spawn(join(home.path, 'bin', 'qt'), ['enclave', 'console', '--enclave-id', '0'], {
      env: home.env,
    })
    const readers = [consoleUntil('line 49999'), consoleUntil('line 49999')]
    // Far more than all buffers on the way can hold.
    const done = await print(
      `for (let at = 0; at < 50000; at++) console.log('line ' + at, 'x'.repeat(40)); return 'printed'`,
    )
    expect(done.stdout).toBe('{"value":"printed"}')
    for (const text of await Promise.all(readers)) expect(text).toContain('line 49999')
    idleReader.kill()
  })

  test('escapes terminal control characters', async () => {
    await print('console.log("\\u001b[31mred\\u202e"); return 0')
    expect(await consoleUntil('red')).toContain('\\u001b[31mred\\u202e')
  })

  test('is refused outside debug mode, with the documented code', async () => {
    const { stdout } = await home.qt(...START)
    const { EnclaveID } = JSON.parse(stdout) as { EnclaveID: number }
    const refused = await home.qt('enclave', 'console', '--enclave-id', String(EnclaveID))
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toContain('E_CONSOLE_MODE: ')
    expect(refused.stderr).toContain('32 The required enclave is not running in the debug mode.')
    await home.qt('enclave', 'stop', '--enclave-id', String(EnclaveID))
  })
})

describe('a stopped enclave', () => {
  test('leaves nothing, and a second stop reports that it is not running', async () => {
    const stopped = await home.qt('enclave', 'stop', '--enclave-id', '0', '--verbose')
    expect(stopped).toEqual({
      status: 0,
      stdout: '{\n  "EnclaveID": 0\n}\n',
      // The keeper reports this itself; a keeper that does not answer would be killed.
      stderr: 'end of the enclave: killed: stopped by its parent\nstop enclave 0 successfully\n',
    })
    expect(await home.qt('enclave', 'query')).toEqual({ status: 0, stdout: '[]\n', stderr: '' })
    expect(existsSync(join(home.runtime, '0'))).toBe(false)
    expect(home.processes()).toEqual([])
    const again = await home.qt('enclave', 'stop', '--enclave-id', '0')
    expect(again).toMatchObject({ status: 1, stdout: '' })
    expect(again.stderr).toContain('28 The required enclave is not running.')
  })

  test('has a log with one JSON object per line, and with no data of the enclave or its peers', () => {
    const lines = readFileSync(join(home.path, 'state', 'webclave', 'enclaves.log'), 'utf8')
      .trimEnd()
      .split('\n')
    const events = lines.map((line) => JSON.parse(line) as { event: string })
    expect(events.map(({ event }) => event)).toContain('running')
    expect(events.at(-1)).toMatchObject({ event: 'ended', id: 0, kind: 'killed' })
    expect(lines.join()).not.toMatch(/line \d|printed|blue/)
  })
})
