/** Fairness between connections: the bytes that each transfers of a fixed total, in both directions at once. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { createParent, type Enclave, type Parent, VsockSocket } from '../../src/parent/index.ts'

const CONNECTIONS = 16
const PORT = 5000
const MIB = 1 << 20
const ECHO = fileURLToPath(new URL('../../bench/guests/echo-bytes.ts', import.meta.url))

let parent: Parent
let enclave: Enclave

beforeAll(async () => {
  const { eif } = await buildImage({ app: { path: ECHO } })
  parent = await createParent({ vcpus: 1, memoryMiB: 256 })
  enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 256 })
})
afterAll(() => parent.close())

/** Connects once the guest listens; until then, it refuses. */
async function connect(): Promise<VsockSocket> {
  for (;;) {
    const outcome = await enclave.connect(PORT).catch((error: { code?: string }) => error)
    if (outcome instanceof VsockSocket) return outcome
    if (outcome.code !== 'E_VSOCK_REFUSED') throw outcome
  }
}

/**
 * Writes `chunk` continuously and reads the echo, until sockets have received `share` on average; returns the bytes of
 * each.
 */
async function saturate(
  sockets: readonly VsockSocket[],
  chunk: Uint8Array,
  share: number,
): Promise<number[]> {
  const shares = sockets.map(() => 0)
  let total = 0
  let finish: () => void = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  for (const [at, { readable, writable }] of sockets.entries()) {
    const writer = writable.getWriter()
    const write = async () => {
      for (;;) await writer.write(chunk)
    }
    // Rejects when the connection is closed below.
    write().catch(() => {})
    const read = async () => {
      for await (const bytes of readable) {
        shares[at]! += bytes.byteLength
        total += bytes.byteLength
        if (total >= sockets.length * share) finish()
      }
    }
    read().catch(() => {})
  }
  await finished
  const counted = [...shares]
  for (const socket of sockets) socket.close()
  await Promise.all(sockets.map(({ closed }) => closed))
  return counted
}

describe(`${CONNECTIONS} connections saturating in both directions`, () => {
  test.each([
    // The buffers of both ends must be small compared with a share.
    ['256 bytes', 256, MIB],
    ['64 KiB', 65536, 4 * MIB],
    ['1 MiB', MIB, 4 * MIB],
  ])('each get between half and twice the average, with writes of %s', async (_, size, share) => {
    const sockets: VsockSocket[] = []
    while (sockets.length < CONNECTIONS) sockets.push(await connect())
    const shares = await saturate(sockets, new Uint8Array(size), share)
    const fair = shares.reduce((sum, share) => sum + share, 0) / CONNECTIONS
    expect(Math.min(...shares)).toBeGreaterThan(fair / 2)
    expect(Math.max(...shares)).toBeLessThan(fair * 2)
  })
})

describe('a connection whose reader has stopped', () => {
  test('does not slow down the others, and its write is rejected by an abort', async () => {
    const unread = await connect()
    const blockedWriter = unread.writable.getWriter()
    // More than the buffers of both ends and both rings, so it cannot complete while the echo is not read.
    const writing = blockedWriter.write(new Uint8Array(8 * MIB))
    writing.catch(() => {})
    const sockets: VsockSocket[] = []
    while (sockets.length < 4) sockets.push(await connect())
    const shares = await saturate(sockets, new Uint8Array(65536), 4 * MIB)
    expect(Math.min(...shares)).toBeGreaterThan(2 * MIB)
    expect(unread.bytesSent).toBeLessThan(3 * MIB)
    await blockedWriter.abort()
    await expect(writing).rejects.toMatchObject({ code: 'E_VSOCK_RESET' })
    expect(await unread.closed).toBe('reset')
  })
})
