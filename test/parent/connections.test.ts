/** Many connections: 256 concurrent ones to one guest, and thousands in sequence, which leave nothing behind. */
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

const CONCURRENT = 256
const SEQUENTIAL = 10_000
/** Connections that are opened together. */
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

/** Connects once the guest listens and has room for waiting connections; until then, it refuses. */
async function connect(enclave: Enclave): Promise<VsockSocket> {
  for (;;) {
    const outcome = await enclave.connect(PORT).catch((error: { code?: string }) => error)
    if (outcome instanceof VsockSocket) return outcome
    if (outcome.code !== 'E_VSOCK_REFUSED') throw outcome
  }
}

/** Opens `count` connections in groups, and returns the results of `use`. */
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

/** Sends a different line on each socket, before reading any, and checks that each line is echoed. */
async function echoOnAll(sockets: readonly VsockSocket[]): Promise<void> {
  const lines = sockets.map((_, at) => new TextEncoder().encode(`line ${at}\n`))
  const writes = sockets.map(async (socket, at) => {
    const writer = socket.writable.getWriter()
    await writer.write(lines[at]!)
    await writer.close()
  })
  await Promise.all(writes)
  const received = await Promise.all(sockets.map(({ readable }) => new Response(readable).bytes()))
  expect(received).toEqual(lines)
}

describe.each(guests)('$name', ({ path }) => {
  test(`serves ${CONCURRENT} concurrent connections`, async () => {
    const { parent, enclave } = await started(path, 128)
    await using _ = parent
    const sockets = await connections(enclave, CONCURRENT, async (socket) => socket)
    await echoOnAll(sockets)
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual(Array(CONCURRENT).fill('closed'))
  })
})

describe(`${SEQUENTIAL} connections in sequence`, () => {
  test('leave no connection and no buffer at either end of a link', () => {
    // The pool has only a few buffers, so one that is not released is missed soon.
    const pair = new Pair(1 << 18, 4 * BUFFER_LENGTH)
    const accepted: Connection[] = []
    pair.enclave.listening.set(PORT, {
      hasRoom: () => true,
      accept: (enclaveEnd) => accepted.push(enclaveEnd),
    })
    const bytes = Uint8Array.of(1, 2, 3)
    for (let count = 0; count < SEQUENTIAL; count++) {
      const parentEnd = pair.parent.endpoint.connect(PORT)
      pair.settle()
      const enclaveEnd = accepted.pop()!
      expect([parentEnd.bufferLength, enclaveEnd.bufferLength]).toEqual([BUFFER_LENGTH, BUFFER_LENGTH])
      parentEnd.write(bytes, 65536)
      pair.settle()
      // Closed by the parent, by the enclave, by both, or reset.
      if (count % 4 === 0) pair.parent.endpoint.closeConnection(parentEnd)
      if (count % 4 === 1 || count % 4 === 2) pair.enclave.endpoint.closeConnection(enclaveEnd)
      if (count % 4 === 2) pair.parent.endpoint.closeConnection(parentEnd)
      if (count % 4 === 3) parentEnd.abort('reset', true)
      pair.settle()
      // Unread bytes keep their buffer until the connection is closed.
      expect(pair.enclave.endpoint.size).toBe(count % 4 === 0 ? 1 : 0)
      pair.enclave.endpoint.closeConnection(enclaveEnd)
      expect([pair.parent.endpoint.size, pair.enclave.endpoint.size]).toEqual([0, 0])
    }
  })

  test('leave no sockets of an enclave in memory, and do not use up its buffers', {
    timeout: SEQUENTIAL * 30,
  }, async () => {
    const memoryMiB = 64
    const { parent, enclave } = await started(ECHO, memoryMiB)
    await using _ = parent
    const sockets = await connections(enclave, SEQUENTIAL, async (socket, at) => {
      const writer = socket.writable.getWriter()
      await writer.write(Uint8Array.of(at & 255))
      const { value } = await socket.readable.getReader().read()
      expect(value).toEqual(Uint8Array.of(at & 255))
      // A third is reset, a third is closed for writing and read to the end, a third is closed.
      if (at % 3 === 0) await writer.abort()
      else if (at % 3 === 1) await writer.close()
      else socket.close()
      await socket.closed
      return new WeakRef(socket)
    })
    // These need all buffers of both ends, so one that was not released would be missed.
    const all = await connections(enclave, CONCURRENT, async (socket) => socket)
    for (const socket of all) socket.close()
    await Promise.all(all.map(({ closed }) => closed))
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    // The last tasks may still reference some sockets. A leak would keep all of them.
    expect(sockets.filter((socket) => socket.deref()).length).toBeLessThan(GROUP * 2)
  })
})
