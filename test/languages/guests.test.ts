/** Guests in four languages: each is built, measured, started and connected to. */

import { describe, expect, it } from 'vitest'
import { COMPILED_GUESTS, compiledGuest } from '../../scripts/compiled-guests.ts'
import { inspectComponent } from '../../src/admission/index.ts'
import { pcrHex } from '../../src/base/pcrs.ts'
import { buildImage, readBootContents } from '../../src/image/index.ts'
import { createParent, type Enclave } from '../../src/parent/index.ts'
import { guestPath, receiveAll, receiveBytes, send } from '../support/laboratory.ts'

const PORT = 5000
const MIB = 1024 * 1024
const line = new TextEncoder().encode('one line\n')

/** Bytes whose pattern does not repeat at the length of a buffer. */
const pattern = (size: number) => Uint8Array.from({ length: size }, (_, at) => (at * 7 + (at >> 8)) & 255)

/** The compiled guests whose compiler is available; findCompiler has reported the others. */
const guests = (
  await Promise.all(
    COMPILED_GUESTS.map(async ({ name }) => ({ name, path: (await compiledGuest(name)) ?? '' })),
  )
).filter(({ path }) => path !== '')
const echoes = guests.filter(({ name }) => name.startsWith('echo'))
const sinks = guests.filter(({ name }) => name.startsWith('sink'))

/** Builds the application at `path`, starts it, and calls `visit` with the enclave. */
async function started(path: string, visit: (enclave: Enclave) => Promise<void>): Promise<void> {
  const { eif, pcrs } = await buildImage({ app: { path } })
  await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  expect(pcrHex(enclave.pcrs, 0)).toBe(pcrHex(pcrs, 0))
  await visit(enclave)
  expect(enclave.state).toBe('running')
}

/** Sends `bytes` on a new connection, and returns everything received until the guest closes it. */
async function exchange(enclave: Enclave, bytes: Uint8Array): Promise<Uint8Array> {
  await using socket = await enclave.connect(PORT)
  const sending = send(socket, bytes)
  const received = await receiveBytes(socket)
  await sending
  return received
}

it('at least the language whose compiler npm installs is available', () => {
  expect(echoes.map(({ name }) => name)).toContain('echo-assemblyscript')
})

describe.each(echoes)('$name', ({ path }) => {
  it('echoes 1 MiB, and closes when its peer does', () =>
    started(path, async (enclave) => {
      const bytes = pattern(MIB)
      expect(Buffer.compare(await exchange(enclave, bytes), bytes)).toBe(0)
    }))

  it('serves several connections, and is not blocked by one that does not read', () =>
    started(path, async (enclave) => {
      await using slow = await enclave.connect(PORT)
      const stuffing = send(slow, pattern(2 * MIB))
      const answers = await Promise.all([1, 2, 3, 4].map(() => exchange(enclave, line)))
      expect(answers).toEqual([line, line, line, line].map((bytes) => new Uint8Array(bytes)))
      expect(Buffer.compare(await receiveBytes(slow), pattern(2 * MIB))).toBe(0)
      await stuffing
    }))

  it('keeps the data of connections apart, also after one has ended', () =>
    started(path, async (enclave) => {
      await using first = await enclave.connect(PORT)
      await using second = await enclave.connect(PORT)
      await send(first, line)
      await receiveBytes(first)
      await using third = await enclave.connect(PORT)
      const sent = [pattern(MIB), pattern(MIB).map((byte) => byte ^ 0xff)]
      const stuffing = [second, third].map((socket, at) => send(socket, sent[at]!))
      const received = await Promise.all([second, third].map(receiveBytes))
      expect(received.map((bytes, at) => Buffer.compare(bytes, sent[at]!))).toEqual([0, 0])
      await Promise.all(stuffing)
    }))

  it('survives aborted connections, and can serve as many again', () =>
    started(path, async (enclave) => {
      for (let count = 0; count < 80; count++) {
        const socket = await enclave.connect(PORT)
        await socket.writable.getWriter().write(line)
        // An answer shows that the connection was accepted.
        await socket.readable.getReader().read()
        await socket[Symbol.asyncDispose]()
      }
      expect(await exchange(enclave, line)).toEqual(line)
    }))
})

describe.each(sinks)('$name', ({ path }) => {
  it('answers with the number of received bytes, for one connection after another', () =>
    started(path, async (enclave) => {
      for (const size of [0, 1, 3 * MIB + 1]) {
        await using socket = await enclave.connect(PORT)
        const sending = send(socket, pattern(size))
        expect(await receiveAll(socket)).toBe(`${size}`)
        await sending
      }
    }))
})

it('a guest in TypeScript gets the same arguments', () =>
  started(guestPath('../../guests/echo'), async (enclave) => {
    expect(await exchange(enclave, line)).toEqual(new TextEncoder().encode('ONE LINE\n'))
  }))

it.each(guests)('$name imports only what it uses', async ({ path }) => {
  const { app } = await readBootContents((await buildImage({ app: { path } })).eif)
  const { imports, exports, minBytes } = inspectComponent(app.bytes)
  expect(exports).toHaveLength(1)
  expect(exports[0]).toMatch(/^wasi:cli\/run@0\.2\./)
  expect(imports).toContain('qingtian:enclave/vsock@0.1.0')
  expect(imports.join()).not.toMatch(/sockets|http/)
  expect(minBytes).toBeLessThan(32 * MIB)
})
