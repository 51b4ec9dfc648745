/** Reading a connection: a byte stream into buffers that are used again, any other stream as it is. */
import { describe, expect, test } from 'vitest'
import { ByteReader } from '../../src/client/byte-reader.ts'

const READ_LENGTH = 64 * 1024

/** A byte stream that fills what it is given with 1, 2, 3, and notes the buffers. */
function byteStream(end = Number.POSITIVE_INFINITY) {
  const given: { buffer: ArrayBuffer; length: number }[] = []
  let pulled = 0
  let isCancelled = false
  const stream = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const { view } = controller.byobRequest!
      const { buffer, byteOffset, byteLength } = view!
      pulled += 1
      if (pulled > end) {
        controller.close()
        controller.byobRequest!.respond(0)
        return
      }
      given.push({ buffer: buffer as ArrayBuffer, length: byteLength })
      new Uint8Array(buffer, byteOffset, 3).fill(pulled)
      controller.byobRequest!.respond(3)
    },
    cancel() {
      isCancelled = true
    },
  })
  return { stream, given, isCancelled: () => isCancelled }
}

describe('a byte stream', () => {
  test('is read into one buffer of 64 KiB, again and again', async () => {
    const { stream, given } = byteStream()
    const reader = new ByteReader(stream)
    const first = await reader.read()
    expect(first).toEqual(Uint8Array.of(1, 1, 1))
    const second = await reader.read()
    expect(second).toEqual(Uint8Array.of(2, 2, 2))
    expect(given.map(({ length }) => length)).toEqual([READ_LENGTH, READ_LENGTH])
    // The same memory: the first is not valid any more.
    expect((first!.buffer as ArrayBuffer).detached).toBe(true)
    expect(second!.buffer.byteLength).toBe(READ_LENGTH)
  })

  test('ends', async () => {
    expect(await new ByteReader(byteStream(0).stream).read()).toBeUndefined()
  })

  test('is cancelled, also during a read', async () => {
    const stream = new ReadableStream({ type: 'bytes' })
    const reader = new ByteReader(stream)
    const reading = reader.read()
    await reader.cancel()
    expect(await reading).toBeUndefined()
    const other = byteStream()
    await new ByteReader(other.stream).cancel()
    expect(other.isCancelled()).toBe(true)
  })
})

describe('any other stream', () => {
  const plain = (...chunks: Uint8Array[]) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk)
        controller.close()
      },
    })

  test('gives its own chunks', async () => {
    const chunks = [Uint8Array.of(1), Uint8Array.of(2, 2)]
    const reader = new ByteReader(plain(...chunks))
    for (const chunk of chunks) expect(await reader.read()).toBe(chunk)
    expect(await reader.read()).toBeUndefined()
  })

  test('is cancelled', async () => {
    let isCancelled = false
    const stream = new ReadableStream({
      cancel() {
        isCancelled = true
      },
    })
    await new ByteReader(stream).cancel()
    expect(isCancelled).toBe(true)
  })

  test('fails with its own error', async () => {
    const reader = new ByteReader(new ReadableStream({ pull: () => Promise.reject(new Error('why')) }))
    await expect(reader.read()).rejects.toThrow('why')
  })
})

test('a stream that is locked is refused', () => {
  for (const stream of [new ReadableStream(), new ReadableStream({ type: 'bytes' })]) {
    stream.getReader()
    expect(() => new ByteReader(stream as ReadableStream<Uint8Array>)).toThrow(TypeError)
  }
})
