/** A client that gets endless responses yields to other tasks after 256 KiB, where each response counts extra. */
import { describe, expect, test } from 'vitest'
import { ServiceClient } from '../../src/client/index.ts'
import { Kind } from '../../src/service/protocol.ts'
import { type AnyService, framed } from './fake-service.ts'

/** Bytes of responses per task, and the bytes that each response counts in addition to its frame. */
const BYTES_PER_TASK = 262_144
const PER_RESPONSE = 1024

describe('endless responses', () => {
  /** A response whose frame has `length` bytes, 10 of which precede its value. */
  const responseOf = (length: number) => framed([Kind.RESULT, 1, 'x'.repeat(length - 10)])

  /** How many of `count` responses, each of `length` bytes, are read before another task runs. */
  async function readInOneTask(length: number, count: number): Promise<number> {
    const one = responseOf(length)
    expect(one).toHaveLength(length)
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
    const client = new ServiceClient<AnyService>({ readable, writable: new WritableStream() })
    // All responses are to this call: those after the first mean nothing.
    void client.call['one']!()
    await new Promise((resolve) => setImmediate(resolve))
    const responses = pulled
    await client.close()
    return responses
  }

  test('yield to other tasks after 256 KiB, each counted as its frame and 1 KiB', async () => {
    // Responses so short that one byte less in each makes room for one more.
    const each = PER_RESPONSE + 1024
    expect(await readInOneTask(1024, 1000)).toBe(BYTES_PER_TASK / each)
    expect(await readInOneTask(1023, 1000)).toBe(BYTES_PER_TASK / each + 1)
  })

  test('yield at 256 KiB, and not one byte earlier', async () => {
    // 189 times 1387 is one byte less than 256 KiB.
    expect(await readInOneTask(1387 - PER_RESPONSE, 1000)).toBe(190)
  })

  test('yield after the same amount each time', async () => {
    const one = responseOf(1387 - PER_RESPONSE)
    const tasks: number[] = []
    let inTask = 0
    let pulled = 0
    const readable = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (inTask === 0)
            setImmediate(() => {
              tasks.push(inTask)
              inTask = 0
            })
          inTask += 1
          pulled += 1
          if (pulled > 1000) controller.close()
          else controller.enqueue(one)
        },
      },
      { highWaterMark: 0 },
    )
    const client = new ServiceClient<AnyService>({ readable, writable: new WritableStream() })
    void client.call['one']!()
    await expect.poll(() => tasks.length).toBeGreaterThan(3)
    expect(tasks.slice(0, 3)).toEqual([190, 190, 190])
    await client.close()
  })
})
