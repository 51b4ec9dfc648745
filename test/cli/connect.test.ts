/** Connections of other programs to an enclave that `qt` has started: by the socket, by `connectTo`, and by hand. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { connectTo } from '../../src/node/index.ts'
import { Home } from '../support/home.ts'
import { laboratoryImage } from '../support/laboratory.ts'

const home = new Home()
const eif = join(home.path, 'laboratory.eif')
let socket: string
beforeAll(async () => {
  writeFileSync(eif, (await laboratoryImage()).eif)
  await home.qt('enclave', 'start', '--eif', eif, '--mem', '128')
  const [listed] = JSON.parse((await home.qt('enclave', 'query')).stdout) as { Socket: string }[]
  socket = listed!.Socket
})
afterAll(() => home[Symbol.asyncDispose]())
afterEach(() => void vi.unstubAllEnvs())

const ASK = 'return 6 * 7'
const ANSWER = '{"value":42}'

test('the socket that query shows takes CONNECT PORT, as documented', async () => {
  const connection = connect({ path: socket })
  connection.end(`CONNECT 5000\n${ASK}`)
  expect(await text(connection)).toMatch(/^OK \d+\n\{"value":42\}$/)
})

describe('connectTo', () => {
  test.each(['its ID', 'its socket'])('finds an enclave by %s', async (by) => {
    vi.stubEnv('XDG_RUNTIME_DIR', home.env['XDG_RUNTIME_DIR'])
    const stream = await connectTo(by === 'its ID' ? 0 : socket, 5000)
    stream.end(ASK)
    expect(await text(stream)).toBe(ANSWER)
  })

  test('says what is wrong', async () => {
    vi.stubEnv('XDG_RUNTIME_DIR', home.env['XDG_RUNTIME_DIR'])
    await expect(connectTo(0, 6000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
    await expect(connectTo(9, 5000)).rejects.toMatchObject({ code: 'E_ENCLAVE_UNKNOWN' })
    for (const port of [-1, 1.5, 2 ** 32, Number.NaN])
      await expect(connectTo(0, port)).rejects.toMatchObject({ code: 'E_VSOCK_PORT' })
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(connectTo(0, 5000, { signal })).rejects.toThrow('enough')
  })

  test('can be aborted while it waits for the answer, and leaves no connection', async () => {
    const ending = new AbortController()
    const path = join(home.path, 'silent.sock')
    const server = createServer().listen(path)
    const [connecting, arrived] = [
      connectTo(path, 5000, { signal: ending.signal }),
      once(server, 'connection'),
    ]
    const [peer] = await arrived
    ending.abort(new Error('enough'))
    await expect(connecting).rejects.toThrow('enough')
    peer.resume()
    await once(peer, 'close')
    server.close()
  })

  test('trusts no folder that others can write to', async () => {
    const folder = join(home.path, 'open', 'webclave')
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o777)
    vi.stubEnv('XDG_RUNTIME_DIR', join(home.path, 'open'))
    await expect(connectTo(0, 5000)).rejects.toMatchObject({ code: 'E_STATE_OWNER' })
  })
})

test('qt enclave connect joins standard input and output to a port', async () => {
  const words = ['enclave', 'connect', '--enclave-id', '0', '--port']
  const qt = join(home.path, 'bin', 'qt')
  expect(await home.run(qt, [...words, '5000'], { input: ASK })).toEqual({
    status: 0,
    stdout: ANSWER,
    stderr: '',
  })
  const refused = await home.run(qt, [...words, '6000'])
  expect(refused).toMatchObject({ status: 1, stdout: '' })
  expect(refused.stderr).toMatch(/^E_VSOCK_REFUSED: /)
})

test('qt enclave connect ends quietly when nobody reads its output', async () => {
  const child = spawn(
    join(home.path, 'bin', 'qt'),
    ['enclave', 'connect', '--enclave-id', '0', '--port', '5000'],
    {
      env: home.env,
    },
  )
  const errors = text(child.stderr)
  child.stdin.on('error', () => {}).end('return "a".repeat(4_000_000)')
  await once(child.stdout, 'data')
  child.stdout.destroy()
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await errors).toBe('')
})
