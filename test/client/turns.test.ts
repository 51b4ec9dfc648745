/** Whoever answers without end leaves other tasks their turn: so many bytes of answers, and something for each. */
import { encode } from 'cbor-x'
import { describe, expect, test, vi } from 'vitest'
import { ServiceClient } from '../../src/client/index.ts'

type Service = Record<string, (request?: unknown) => unknown>

/** Bytes of answers in one turn, and what each counts for besides its body. */
const TURN = 262_144
const EACH = 1024

function framed(message: unknown): Uint8Array {
  const body = encode(message)
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(body.length)
  return Buffer.concat([prefix, body])
}

describe('endless responses', () => {
  /** An answer whose body has `length` bytes: the first 7 tell what comes after them. */
  const answerOf = (length: number) => framed([99, true, 'x'.repeat(length - 7)])

  /** How many of `count` answers of so many bytes each are read before another task has its turn. */
  async function takenAtOnce(length: number, count: number): Promise<number> {
    const one = answerOf(length)
    expect(one).toHaveLength(4 + length)
    let pulled = 0
    const readable = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1
          if (pulled > count) controller.close()
          else controller.enqueue(one)
        },
      },
      { highWaterMark: 0 },
    )
    const client = new ServiceClient<Service>({ readable, writable: new WritableStream() })
    await new Promise((resolve) => setImmediate(resolve))
    const taken = pulled
    await client.close()
    return taken
  }

  test('yield to other tasks after 256 KiB, each counted as its body and 1 KiB', async () => {
    // The shortest that there are: so many that a byte for each makes one answer of difference.
    const each = EACH + 1024
    expect(await takenAtOnce(1024, 1000)).toBe(TURN / each)
    // One byte less for each, and the turn has one answer more.
    expect(await takenAtOnce(1023, 1000)).toBe(TURN / each + 1)
  })

  test('yield at 256 KiB, and not one byte earlier', async () => {
    // 189 times 1387 is a byte less.
    expect(await takenAtOnce(1387 - EACH, 1000)).toBe(190)
  })

  test('yield after the same amount each time', async () => {
    const one = answerOf(1387 - EACH)
    const turns: number[] = []
    let inTurn = 0
    let pulled = 0
    const readable = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (inTurn === 0)
            setImmediate(() => {
              turns.push(inTurn)
              inTurn = 0
            })
          inTurn += 1
          pulled += 1
          if (pulled > 1000) controller.close()
          else controller.enqueue(one)
        },
      },
      { highWaterMark: 0 },
    )
    const client = new ServiceClient<Service>({ readable, writable: new WritableStream() })
    await vi.waitFor(() => expect(turns.length).toBeGreaterThan(3))
    expect(turns.slice(0, 3)).toEqual([190, 190, 190])
    await client.close()
  })
})
