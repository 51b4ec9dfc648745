/** The memory that a client of an enclave's service uses for answers: with many values, and arriving byte by byte. */
import { ServiceClient } from '../../src/client/index.ts'
import { encodeFrame, MAX_MESSAGE } from '../../src/service/frame.ts'
import { MAX_ITEMS } from '../../src/service/read-message.ts'
import { breathe, DRIVEN, type MemoryRow, MIB } from './row.ts'

/** The minimum memory of an answer with the maximum number of values. */
const ANSWER_LENGTH = 4 * MIB

/** A row of a client that reads `answer` repeatedly, and then one that never completes. */
const answered = (answer: () => Uint8Array): MemoryRow => ({
  bound: 10 * MIB,
  async drive() {
    const whole = answer()
    async function* answers(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < DRIVEN; sent += ANSWER_LENGTH) {
        await breathe()
        yield whole
      }
      yield Uint8Array.of(0, MAX_MESSAGE >> 16, 0, 0)
      for (let sent = 0; sent < MAX_MESSAGE / 4; sent++) yield Uint8Array.of(0)
      over()
      await new Promise(() => {})
    }
    let over = () => {}
    const done = new Promise<void>((resolve) => {
      over = resolve
    })
    const chunks = answers()
    const readable = new ReadableStream<Uint8Array>(
      { pull: async (controller) => controller.enqueue((await chunks.next()).value) },
      { highWaterMark: 0 },
    )
    const client = new ServiceClient({ readable, writable: new WritableStream() })
    await done
    return client
  },
})

export const serviceRows: Readonly<Record<string, MemoryRow>> = {
  // Empty objects need the most memory per byte.
  'answers of its service, per connection': answered(() =>
    encodeFrame([1, true, new Array(MAX_ITEMS - 4).fill({})]),
  ),
  // For each of these V8 would allocate an array of 30 KiB.
  'answers with numeric names, per connection': answered(() =>
    encodeFrame([1, true, new Array(Math.floor(MAX_ITEMS / 5) - 4).fill({ 1022: null, 2550: null })]),
  ),
}
