/** Waits, peeks and partial reads of programs in C: as on Linux, and without using the processor. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createParent, type Enclave, type Parent, type VsockSocket } from '../../src/parent/index.ts'
import { clang, imageOf, program } from './compile.ts'

const PIECE = new TextEncoder().encode('abc')
/** Milliseconds of the processor. The last wait of the program is 2.5 seconds, and the rest of it takes far less. */
const CPU_LIMIT = 1500

const LINES = [
  'a peek: 3',
  'a peek that waits for all: 6',
  'taken: 6',
  'they are: abcabc',
  'all of two parts: 6',
  "the peer's end is polled: 1",
  'it is POLLRDHUP: 1',
  'both ends are POLLHUP: 1',
  'and the end is read: 0',
  'the byte before a reset: 1',
  'then it is a reset: 1',
  'a connection is made without poll',
  'listening',
  'accepted: 2',
  'listening again',
  'slept',
]

describe.skipIf(!clang)('waiting in C', () => {
  let parent: Parent
  let enclave: Enclave
  beforeAll(async () => {
    parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  })
  afterAll(() => parent?.close())

  /** Sends PIECE, and again for each byte that arrives. */
  async function sendPieces(socket: VsockSocket): Promise<void> {
    const writer = socket.writable.getWriter()
    await writer.write(PIECE)
    for await (const bytes of socket.readable)
      for (let count = 0; count < bytes.length; count++) {
        // Apart, so that they do not arrive together.
        await new Promise((resolve) => setTimeout(resolve, 50))
        await writer.write(PIECE)
      }
  }

  /** Leaves a reset connection and a good one waiting to be accepted. */
  async function connectTwice(): Promise<void> {
    ;(await enclave.connect(7200)).reset()
    await (await enclave.connect(7200)).writable.getWriter().write(PIECE.subarray(0, 2))
  }

  test('wakes for what is there, waits for what is not, and uses no processor meanwhile', async () => {
    const lines: string[] = []
    const { promise: ready, resolve: isReady } = Promise.withResolvers<void>()
    const { promise: reported, resolve: report } = Promise.withResolvers<void>()
    parent.listen(6000, async (socket) => {
      let text = ''
      for await (const bytes of socket.readable) {
        text += new TextDecoder().decode(bytes)
        const whole = text.split('\n')
        text = whole.pop()!
        for (const line of whole) {
          lines.push(line)
          if (line === 'listening') connectTwice().then(isReady)
          if (line === 'listening again') void enclave.connect(7201)
        }
      }
      report()
    })
    parent.listen(6001, (socket) => void sendPieces(socket).catch(() => {}))
    parent.listen(6002, (socket) => void socket.writable.close())
    parent.listen(6003, () => {})
    parent.listen(6004, async (socket) => {
      await socket.writable.getWriter().write(PIECE.subarray(0, 1))
      await socket.readable.getReader().read()
      socket.reset()
    })
    parent.listen(6005, async (socket) => {
      await ready
      await socket.writable.getWriter().write(PIECE.subarray(0, 1))
    })
    const share = { vcpus: 1, memoryMiB: 64, cpuLimit: CPU_LIMIT }
    enclave = await parent.start(await imageOf(program('waiting')), share)
    await Promise.race([reported, enclave.exited])
    expect(lines).toEqual(LINES)
    expect(await enclave.exited).toEqual({ kind: 'exited', status: 0 })
  })
})
