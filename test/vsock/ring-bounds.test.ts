/** The bytes of a ring: the position and length of a packet, and the peer's positions at their exact limits. */
import { describe, expect, test } from 'vitest'
import { MIN_RING_LENGTH, RING_WORDS, RingConsumer, RingProducer } from '../../src/boundary/ring.ts'
import { Op, type PacketHeader } from '../../src/vsock/packet.ts'

const LENGTH = 1 << 18
const MOST = 65_536
const BROKEN = expect.objectContaining({ code: 'E_VSOCK_RING' })

function ring(length = LENGTH) {
  const words = new Int32Array(new SharedArrayBuffer(32))
  // The ring and its words are parts of larger memories.
  const bytes = new Uint8Array(new SharedArrayBuffer(length + 128), 64, length)
  const memory = { words, at: 2, bytes }
  return { words, bytes, producer: new RingProducer(memory), consumer: new RingConsumer(memory) }
}
const header = (length: number): PacketHeader => ({
  ...{ sourceCid: 4, destinationCid: 3, sourcePort: 1, destinationPort: 2, length, type: 1 },
  ...{ operation: Op.RW, flags: 0, bufferAllocation: 0, forwardCount: 0 },
})
const bytesOf = (length: number) => Uint8Array.from({ length }, (_, at) => at * 31 + 1)

test('a ring has two words, and room for two packets of maximum length', () => {
  expect([RING_WORDS, MIN_RING_LENGTH]).toEqual([2, 262_144])
})

describe('a slot', () => {
  test.each([
    [0, 64],
    [1, 128],
    [64, 128],
    [65, 192],
    [MOST, MOST + 64],
  ])('for %d bytes takes %d bytes, with the header first', (length, taken) => {
    const { words, bytes, producer, consumer } = ring()
    producer.push(header(length), bytesOf(length))
    expect([...words.subarray(0, 5)]).toEqual([0, 0, 0, taken, 0])
    expect(new DataView(bytes.buffer, 64).getUint32(24, true)).toBe(length)
    expect(bytes.slice(64, 64 + length)).toEqual(bytesOf(length))
    expect(consumer.pop()?.payload).toEqual(bytesOf(length))
    expect(words[2]).toBe(0)
    consumer.pop()
    expect([...words.subarray(0, 5)]).toEqual([0, 0, taken, taken, 0])
  })

  test('may wrap around in its payload, or directly after its header', () => {
    // 256 KiB minus 64 bytes are used, so that only a header fits before the end.
    for (const before of [
      [MOST, MOST, MOST, MOST - 5 * 64],
      [MOST, MOST, MOST, MOST - 6 * 64],
    ]) {
      const { producer, consumer } = ring()
      for (const length of before) {
        producer.push(header(length), new Uint8Array(length))
        consumer.pop()
      }
      consumer.pop()
      for (const length of [1000, 1, 0]) {
        expect(producer.push(header(length), bytesOf(length))).toBe(true)
        const packet = consumer.pop()!
        expect(packet.header.length).toBe(length)
        expect(packet.payload).toEqual(bytesOf(length))
      }
    }
  })
})

describe('room', () => {
  test('is the free length minus a header, and at most one packet', () => {
    const { producer } = ring()
    expect(producer.room).toBe(MOST)
    for (let packet = 0; packet < 3; packet++) producer.push(header(MOST), new Uint8Array(MOST))
    expect(producer.room).toBe(MOST - 4 * 64)
    expect(producer.push(header(0), new Uint8Array(MOST - 4 * 64 + 1))).toBe(false)
    expect(producer.push(header(MOST - 4 * 64), new Uint8Array(MOST - 4 * 64))).toBe(true)
    expect(producer.room).toBe(-64)
    expect(producer.push(header(0), new Uint8Array(0))).toBe(false)
  })

  test('is negative in a full ring, and an error if the peer’s position is beyond', () => {
    const { words, producer } = ring()
    words[2] = -LENGTH
    expect(producer.room).toBe(-64)
    words[2] = -LENGTH - 1
    expect(() => producer.room).toThrow(BROKEN)
    words[2] = 1
    expect(() => producer.room).toThrow(BROKEN)
  })
})

describe('a position written by the peer', () => {
  test('is accepted for a full ring, and refused for one byte more', () => {
    const { words, consumer } = ring()
    words[3] = LENGTH
    expect(consumer.pop()?.header.length).toBe(0)
    const other = ring()
    other.words[3] = LENGTH + 1
    expect(() => other.consumer.pop()).toThrow(BROKEN)
  })

  test('is accepted for a complete header, and refused for one byte less', () => {
    const { words, consumer } = ring()
    words[3] = 64
    expect(consumer.pop()?.payload).toEqual(new Uint8Array(0))
    const other = ring()
    other.words[3] = 63
    expect(() => other.consumer.pop()).toThrow(BROKEN)
  })

  test('is accepted if the payload is complete and not too long', () => {
    for (const [length, written, isAccepted] of [
      [64, 128, true],
      [65, 128, false],
      [MOST, LENGTH, true],
      [MOST + 1, LENGTH, false],
    ] as const) {
      const { words, bytes, consumer } = ring()
      new DataView(bytes.buffer, 64).setUint32(24, length, true)
      words[3] = written
      if (isAccepted) expect(consumer.pop()?.payload).toHaveLength(length)
      else expect(() => consumer.pop()).toThrow(BROKEN)
    }
  })

  test('may wrap around after 2^32 bytes', () => {
    const { words, producer, consumer } = ring()
    // Sets both ends to a position just before the wrap.
    for (const end of [producer, consumer] as unknown as { position: number }[]) end.position = 2 ** 31 - 64
    words[2] = 2 ** 31 - 64
    words[3] = 2 ** 31 - 64
    producer.push(header(100), bytesOf(100))
    expect(words[3]).toBe(-(2 ** 31) + 128)
    expect(consumer.pop()?.payload).toEqual(bytesOf(100))
    consumer.pop()
    expect([words[2], producer.room]).toEqual([-(2 ** 31) + 128, MOST])
  })
})

describe('a fence', () => {
  test('hides packets that are written after it, until it is lifted', () => {
    const { producer, consumer } = ring()
    producer.push(header(1), bytesOf(1))
    consumer.fence()
    producer.push(header(2), bytesOf(2))
    expect(consumer.isDrained).toBe(false)
    expect(consumer.pop()?.payload).toHaveLength(1)
    expect(consumer.isDrained).toBe(true)
    expect(consumer.pop()).toBeUndefined()
    consumer.lift()
    expect(consumer.isDrained).toBe(false)
    expect(consumer.pop()?.payload).toHaveLength(2)
    expect(consumer.isDrained).toBe(true)
  })
})

test('a copied payload cannot be changed by the peer, and a lent one stays in the ring', () => {
  const { bytes, producer, consumer } = ring()
  producer.push(header(4), bytesOf(4))
  const packet = consumer.pop()!
  expect(packet.lender!.place.buffer).toBe(bytes.buffer)
  const { payload } = packet
  bytes.fill(0)
  expect(payload).toEqual(bytesOf(4))
  expect(packet.lender!.isLent).toBe(false)
})
