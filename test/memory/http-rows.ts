/** The memory that a front uses for what an enclave answers: endless heads, endless bodies, and one that nobody reads. */
import { enclaveFetch } from '../../src/http/index.ts'
import { breathe, DRIVEN, KIB, type MemoryRow, MIB } from './row.ts'

const PIECE = 64 * KIB
/** Pieces after which garbage is collected. */
const REST = 32
const HEAD = new TextEncoder().encode('HTTP/1.1 200 OK\r\n')
const FIELD = new TextEncoder().encode(`x: ${'y'.repeat(8 * KIB)}\r\n`)
const CHUNKED = new TextEncoder().encode('transfer-encoding: chunked\r\n\r\n')
const CHUNK = new TextEncoder().encode(`${PIECE.toString(16)}\r\n${'z'.repeat(PIECE)}\r\n`)

/** A connection whose enclave sends the pieces that come first, and then the last one for as long as it is read. */
function endless(first: readonly Uint8Array[], last: Uint8Array) {
  const pieces = first.values()
  let sent = 0
  return {
    readable: new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (sent++ % REST === 0) await breathe()
          controller.enqueue((pieces.next().value ?? last).slice())
        },
      },
      { highWaterMark: 0 },
    ),
    writable: new WritableStream<Uint8Array>(),
  }
}

export const httpRows: Readonly<Record<string, MemoryRow>> = {
  'answers to `enclaveFetch`, per connection': {
    bound: MIB,
    async drive() {
      const bodies = enclaveFetch({ connect: async () => endless([HEAD, CHUNKED], CHUNK) })
      const unread = await bodies('http://enclave/')
      const reader = (await bodies('http://enclave/')).body!.getReader()
      for (let read = 0; read < DRIVEN; ) read += (await reader.read()).value!.byteLength
      const heads = enclaveFetch({ connect: async () => endless([HEAD], FIELD) })
      for (let count = 0; count < 100; count++) await heads('http://enclave/').catch(() => {})
      return [unread, reader, bodies, heads]
    },
  },
}
