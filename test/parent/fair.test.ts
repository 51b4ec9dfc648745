/** No connection lives at another's cost: shares by bytes counted, of a fixed total, both ways at once. */
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

/** Connects as soon as the guest listens: until then it refuses. */
async function connect(): Promise<VsockSocket> {
  for (;;) {
    const outcome = await enclave.connect(PORT).catch((error: { code?: string }) => error)
    if (outcome instanceof VsockSocket) return outcome
    if (outcome.code !== 'E_VSOCK_REFUSED') throw outcome
  }
}

/** Writes `chunk` for ever and reads what comes back, until they have `share` each on average; the bytes each got. */
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
    // It goes on until the connection is closed below.
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
    // What both ends' buffers hold must be little beside a share.
    ['256 bytes', 256, MIB],
    ['64 KiB', 65536, 4 * MIB],
    ['1 MiB', MIB, 4 * MIB],
  ])('each get within a factor of 2 of their share, with writes of %s', async (_, size, share) => {
    const sockets: VsockSocket[] = []
    while (sockets.length < CONNECTIONS) sockets.push(await connect())
    const shares = await saturate(sockets, new Uint8Array(size), share)
    const fair = shares.reduce((sum, share) => sum + share, 0) / CONNECTIONS
    expect(Math.min(...shares)).toBeGreaterThan(fair / 2)
    expect(Math.max(...shares)).toBeLessThan(fair * 2)
  })
})

describe('a connection whose reader has stopped', () => {
  test('takes no turn from the others, and its write is given up at once by an abort', async () => {
    const stopped = await connect()
    const stuck = stopped.writable.getWriter()
    // More than both ends' buffers and both rings: it can never be written while nobody reads the echo.
    const writing = stuck.write(new Uint8Array(8 * MIB))
    writing.catch(() => {})
    const sockets: VsockSocket[] = []
    while (sockets.length < 4) sockets.push(await connect())
    const shares = await saturate(sockets, new Uint8Array(65536), 4 * MIB)
    expect(Math.min(...shares)).toBeGreaterThan(2 * MIB)
    expect(stopped.bytesSent).toBeLessThan(2 * MIB)
    await stuck.abort()
    await expect(writing).rejects.toMatchObject({ code: 'E_VSOCK_RESET' })
    expect(await stopped.closed).toBe('reset')
  })
})
