/** Many connections: 256 at once, served by one guest, and thousands one after the other, of which nothing is left. */
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { compiledGuest } from '../../scripts/compiled-guests.ts'
import { buildImage } from '../../src/image/index.ts'
import { createParent, type Enclave, VsockSocket } from '../../src/parent/index.ts'
import { BUFFER_LENGTH } from '../../src/vsock/buffer-pool.ts'
import type { Connection } from '../../src/vsock/connection.ts'
import { Pair } from '../vsock/pair.ts'

const AT_ONCE = 256
const IN_ALL = 10_000
/** How many are opened together. */
const GROUP = 16
const PORT = 5000

const ECHO = fileURLToPath(new URL('../../bench/guests/echo-bytes.ts', import.meta.url))
const cEcho = await compiledGuest('echo-c')
const guests = [
  { name: 'the TypeScript echo', path: ECHO },
  ...(cEcho ? [{ name: 'the C echo', path: cEcho }] : []),
]

async function started(path: string, memoryMiB: number) {
  const { eif } = await buildImage({ app: { path } })
  const parent = await createParent({ vcpus: 1, memoryMiB })
  return { parent, enclave: await parent.start(eif, { vcpus: 1, memoryMiB }) }
}

/** Connects as soon as the guest listens and has accepted enough of those that wait: until then it refuses. */
async function connect(enclave: Enclave): Promise<VsockSocket> {
  for (;;) {
    const outcome = await enclave.connect(PORT).catch((error: { code?: string }) => error)
    if (outcome instanceof VsockSocket) return outcome
    if (outcome.code !== 'E_VSOCK_REFUSED') throw outcome
  }
}

/** `count` connections, opened in groups; each as `use` left it. */
async function connections<Result>(
  enclave: Enclave,
  count: number,
  use: (socket: VsockSocket, at: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  while (results.length < count) {
    const group = Array.from({ length: Math.min(GROUP, count - results.length) }, async (_, at) =>
      use(await connect(enclave), results.length + at),
    )
    results.push(...(await Promise.all(group)))
  }
  return results
}

/** Sends a line of its own on each socket, all before any is read, and checks what each brings back. */
async function talkToAll(sockets: readonly VsockSocket[]): Promise<void> {
  const lines = sockets.map((_, at) => new TextEncoder().encode(`line ${at}\n`))
  const answers = sockets.map(async (socket, at) => {
    const writer = socket.writable.getWriter()
    await writer.write(lines[at]!)
    await writer.close()
  })
  await Promise.all(answers)
  const received = await Promise.all(sockets.map(({ readable }) => new Response(readable).bytes()))
  expect(received).toEqual(lines)
}

describe.each(guests)('$name', ({ path }) => {
  test(`serves ${AT_ONCE} connections at once`, async () => {
    const { parent, enclave } = await started(path, 128)
    await using _ = parent
    const sockets = await connections(enclave, AT_ONCE, async (socket) => socket)
    await talkToAll(sockets)
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual(Array(AT_ONCE).fill('closed'))
  })
})

describe(`${IN_ALL} connections, one after the other`, () => {
  test('leave nothing at either end of a link', () => {
    // Room for three: a buffer that is not given back is missed at once.
    const pair = new Pair(1 << 18, 4 * BUFFER_LENGTH)
    const accepted: Connection[] = []
    pair.enclave.listening.set(PORT, { hasRoom: () => true, accept: (far) => accepted.push(far) })
    const bytes = Uint8Array.of(1, 2, 3)
    for (let count = 0; count < IN_ALL; count++) {
      const near = pair.parent.endpoint.connect(PORT)
      pair.settle()
      const far = accepted.pop()!
      expect([near.bufferLength, far.bufferLength]).toEqual([BUFFER_LENGTH, BUFFER_LENGTH])
      near.write(bytes, 65536)
      pair.settle()
      // Every way of ending in turn: by one end, by the other, by both, and abruptly.
      if (count % 4 === 0) pair.parent.endpoint.closeConnection(near)
      if (count % 4 === 1 || count % 4 === 2) pair.enclave.endpoint.closeConnection(far)
      if (count % 4 === 2) pair.parent.endpoint.closeConnection(near)
      if (count % 4 === 3) near.abort('reset', true)
      pair.settle()
      // What was not read keeps its buffer until it is given up.
      expect(pair.enclave.endpoint.size).toBe(count % 4 === 0 ? 1 : 0)
      pair.enclave.endpoint.closeConnection(far)
      expect([pair.parent.endpoint.size, pair.enclave.endpoint.size]).toEqual([0, 0])
    }
  })

  test('leave nothing of an enclave’s sockets, and room for as many as before', {
    timeout: IN_ALL * 30,
  }, async () => {
    const memoryMiB = 64
    const { parent, enclave } = await started(ECHO, memoryMiB)
    await using _ = parent
    const sockets = await connections(enclave, IN_ALL, async (socket, at) => {
      const writer = socket.writable.getWriter()
      await writer.write(Uint8Array.of(at & 255))
      const { value } = await socket.readable.getReader().read()
      expect(value).toEqual(Uint8Array.of(at & 255))
      // A third resets, a third closes one half and then reads to the end, a third closes.
      if (at % 3 === 0) await writer.abort()
      else if (at % 3 === 1) await writer.close()
      else socket.close()
      await socket.closed
      return new WeakRef(socket)
    })
    // Both ends' buffers hold no more than these; one that was never given back would be missed.
    const all = await connections(enclave, AT_ONCE, async (socket) => socket)
    for (const socket of all) socket.close()
    await Promise.all(all.map(({ closed }) => closed))
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    // What the last tasks still hold may be left; what anything waits for would be left of all.
    expect(sockets.filter((socket) => socket.deref()).length).toBeLessThan(GROUP * 2)
  })
})
