/** A socket's bytes can be read where a browser has no byte streams. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type ByteSource, byteStream } from '../../src/vsock/byte-stream.ts'

afterEach(() => vi.unstubAllGlobals())

/** Like WebKit's, which rejects the type. */
class PlainStream<Chunk> extends ReadableStream<Chunk> {
  constructor(
    source: UnderlyingDefaultSource<Chunk> & { type?: 'bytes' },
    strategy?: QueuingStrategy<Chunk>,
  ) {
    if (source.type !== undefined) throw new TypeError('Invalid type for underlying source')
    super(source, strategy)
  }
}

function counting(): ByteSource & { pulls: number; isCancelled: boolean } {
  return {
    pulls: 0,
    isCancelled: false,
    async pull(controller) {
      this.pulls += 1
      if (this.pulls < 3) controller.enqueue(Uint8Array.of(this.pulls))
      else controller.close()
      controller.byobRequest?.respond(0)
    },
    cancel() {
      this.isCancelled = true
    },
  }
}

describe.each([
  ['with byte streams', ReadableStream],
  ['without byte streams', PlainStream],
])('%s', (_, Stream) => {
  const open = (source: ByteSource) => {
    vi.stubGlobal('ReadableStream', Stream)
    return byteStream({ pull: (controller) => source.pull(controller), cancel: () => source.cancel() })
  }

  test('all bytes arrive, and none is read before it is requested', async () => {
    const source = counting()
    const stream = open(source)
    await Promise.resolve()
    expect(source.pulls).toBe(0)
    expect(new Uint8Array(await new Response(stream).arrayBuffer())).toEqual(Uint8Array.of(1, 2))
  })

  test('the source learns that nobody reads any more', async () => {
    const source = counting()
    await open(source).cancel()
    expect(source.isCancelled).toBe(true)
  })
})

test('a reader can supply its own array where there are byte streams', async () => {
  const source = counting()
  const stream = byteStream({ pull: (controller) => source.pull(controller), cancel: () => {} })
  const reader = stream.getReader({ mode: 'byob' })
  expect((await reader.read(new Uint8Array(4))).value).toEqual(Uint8Array.of(1))
})
