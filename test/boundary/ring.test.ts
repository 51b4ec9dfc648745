/** The ring delivers every packet once and in order, and detects a peer that writes invalid values. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RingConsumer, RingProducer } from '../../src/boundary/ring.ts'
import { MAX_PAYLOAD, Op, type PacketHeader, TYPE_STREAM } from '../../src/vsock/packet.ts'

const LENGTH = 1 << 18

function ring() {
  const words = new Int32Array(new SharedArrayBuffer(16))
  const memory = { words, at: 0, bytes: new Uint8Array(new SharedArrayBuffer(LENGTH)) }
  return {
    words,
    bytes: memory.bytes,
    producer: new RingProducer(memory),
    consumer: new RingConsumer(memory),
  }
}

function headerFor(length: number, port = 1): PacketHeader {
  return {
    sourceCid: 4,
    destinationCid: 3,
    sourcePort: port,
    destinationPort: 0xfffffffe,
    length,
    type: TYPE_STREAM,
    operation: Op.RW,
    flags: 0,
    bufferAllocation: 0xffffffff,
    forwardCount: 7,
  }
}

describe('a ring', () => {
  test('returns what was written, header and payload', () => {
    const { producer, consumer } = ring()
    const payload = Uint8Array.from({ length: 1000 }, (_, at) => at)
    expect(producer.push(headerFor(1000), payload)).toBe(true)
    const packet = consumer.pop()
    expect(packet?.header).toEqual(headerFor(1000))
    expect(packet?.payload).toEqual(payload)
    expect(consumer.pop()).toBeUndefined()
  })

  test('delivers every packet in order over many rounds', () => {
    const sizes = fc.array(fc.nat(MAX_PAYLOAD), { minLength: 50, maxLength: 120 })
    const check = fc.property(sizes, (lengths) => {
      const { producer, consumer } = ring()
      const waiting: number[] = []
      let taken = 0
      lengths.forEach((length, at) => {
        const payload = new Uint8Array(length).fill(at)
        while (!producer.push(headerFor(length, at), payload)) {
          const packet = consumer.pop()!
          expect(packet.header.sourcePort).toBe(taken)
          expect(packet.payload.every((byte) => byte === taken % 256)).toBe(true)
          waiting.shift()
          taken += 1
        }
        waiting.push(length)
      })
      while (waiting.length > 0) {
        expect(consumer.pop()!.payload.byteLength).toBe(waiting.shift())
      }
    })
    fc.assert(check, { numRuns: 20 })
  })

  test('refuses a packet while it has no room for it', () => {
    const { producer, consumer } = ring()
    const full = new Uint8Array(MAX_PAYLOAD)
    while (producer.push(headerFor(MAX_PAYLOAD), full));
    expect(producer.room).toBeLessThan(MAX_PAYLOAD)
    consumer.pop()
    expect(producer.push(headerFor(MAX_PAYLOAD), full)).toBe(false)
    consumer.pop()
    expect(producer.push(headerFor(MAX_PAYLOAD), full)).toBe(true)
  })

  test('keeps a lent payload until the next packet is read', () => {
    const { producer, consumer } = ring()
    for (const byte of [1, 2, 3])
      producer.push(headerFor(MAX_PAYLOAD), new Uint8Array(MAX_PAYLOAD).fill(byte))
    const { room } = producer
    const { payload, lender } = consumer.pop()!
    let recalled = 0
    lender!.lend(() => recalled++)
    expect([recalled, producer.room, payload[0], lender!.isLent]).toEqual([0, room, 1, true])
    expect(consumer.pop()?.payload[0]).toBe(2)
    expect([recalled, lender!.isLent]).toEqual([1, false])
    expect(producer.room).toBeGreaterThan(room)
    expect(consumer.pop()?.payload[0]).toBe(3)
    expect(recalled).toBe(1)
  })

  test.each([
    ['more bytes than the ring’s length', (words: Int32Array) => Atomics.store(words, 1, LENGTH + 64)],
    ['a negative number of bytes', (words: Int32Array) => Atomics.store(words, 1, -64)],
    ['fewer bytes than a header', (words: Int32Array) => Atomics.store(words, 1, 8)],
  ])('detects a producer that claims to have written %s', (_, lie) => {
    const { words, consumer } = ring()
    lie(words)
    expect(() => consumer.pop()).toThrow(expect.objectContaining({ code: 'E_VSOCK_RING' }))
  })

  test.each([
    ['longer than any packet', MAX_PAYLOAD + 1],
    ['longer than what was written', 4096],
    ['of 4 GiB', 0xffffffff],
  ])('refuses a payload %s', (_, length) => {
    const { bytes, producer, consumer } = ring()
    producer.push(headerFor(10), new Uint8Array(10))
    new DataView(bytes.buffer).setUint32(24, length, true)
    expect(() => consumer.pop()).toThrow(expect.objectContaining({ code: 'E_VSOCK_RING' }))
  })

  test('detects a consumer that claims to have read more than was written', () => {
    const { words, producer } = ring()
    Atomics.store(words, 0, 4096)
    expect(() => producer.room).toThrow(expect.objectContaining({ code: 'E_VSOCK_RING' }))
  })

  test('does not read out of bounds, hang or throw another error if its memory has random values', () => {
    const check = fc.property(
      fc.integer(),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      (position, header) => {
        const { words, bytes, consumer } = ring()
        bytes.set(header)
        Atomics.store(words, 1, position)
        try {
          for (let count = 0; count < 5000 && consumer.pop(); count++);
        } catch (error) {
          expect(error).toMatchObject({ code: 'E_VSOCK_RING' })
        }
      },
    )
    fc.assert(check, { numRuns: 300 })
  })
})
