/** The memory that a client of an enclave's service uses for answers: with many values, and arriving in small parts. */
import { type ClientOptions, ServiceClient } from '../../src/client/index.ts'
import { hostCodec } from '../../src/service/codec.ts'
import { encodeFrame } from '../../src/service/frame.ts'
import { Kind, MAX_MESSAGE } from '../../src/service/protocol.ts'
import { MAX_ITEMS } from '../../src/service/read-message.ts'
import { breathe, DRIVEN, KIB, type MemoryRow, MIB } from './row.ts'

/** The minimum memory of an answer with the maximum number of values. */
const ANSWER_LENGTH = 4 * MIB

/** A row of a client that reads an answer with `value` repeatedly, and then one that never completes. */
const answered = (value: () => unknown, bound: number, options: ClientOptions = {}): MemoryRow => ({
  bound,
  async drive() {
    const { maxMessage = MAX_MESSAGE } = options
    const whole = encodeFrame(hostCodec, [Kind.RESULT, 1, value()], MAX_MESSAGE)
    async function* answers(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < DRIVEN; sent += ANSWER_LENGTH) {
        await breathe()
        yield whole
      }
      yield Uint8Array.of(maxMessage >> 24, maxMessage >> 16, maxMessage >> 8, maxMessage)
      for (let sent = 0; sent < 256 * KIB; sent++) yield Uint8Array.of(0)
      for (let sent = 256 * KIB; sent < maxMessage - 4 * KIB; sent += 4 * KIB) yield new Uint8Array(4 * KIB)
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
    const client = new ServiceClient<{ one(): unknown }>(
      { readable, writable: new WritableStream() },
      options,
    )
    // All answers are to this call: those after the first mean nothing.
    void client.call.one()
    await done
    return client
  },
})

export const serviceRows: Readonly<Record<string, MemoryRow>> = {
  // Empty objects need the most memory per byte.
  'answers of its service, per connection': answered(() => new Array(MAX_ITEMS - 4).fill({}), 74 * MIB),
  // For each of these V8 would allocate an array of 30 KiB.
  'answers with numeric names, per connection': answered(
    () => new Array(Math.floor(MAX_ITEMS / 5) - 4).fill({ 1022: null, 2550: null }),
    10 * MIB,
    { maxMessage: MIB },
  ),
}
