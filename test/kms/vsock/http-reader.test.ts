/** Requests as they are read from bytes of a guest: each limit at its bound, and what is held while they come. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { Budget } from '../../../src/kms/vsock/budget.ts'
import { HttpReader } from '../../../src/kms/vsock/http-reader.ts'
import { utf8 } from '../support.ts'

const BODY_MAX = 1000

/** A reader, and what feeds it. */
function open(budget = new Budget(1 << 20), bodyMax = BODY_MAX) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const feed = (bytes: string | Uint8Array) => writer.write(typeof bytes === 'string' ? utf8(bytes) : bytes)
  return { reader: new HttpReader(readable, bodyMax, budget), feed, end: () => writer.close(), budget }
}

/** Reads `sent`, cut into pieces of `size`, to its end: the requests, or the status of the refusal. */
async function read(sent: string, size = sent.length): Promise<string[] | number> {
  const { reader, feed, end, budget } = open()
  void (async () => {
    for (let at = 0; at < sent.length; at += size) await feed(sent.slice(at, at + size))
    await end()
  })().catch(() => {})
  const found: string[] = []
  try {
    for (;;) {
      const request = await reader.next()
      if (request === undefined) return found
      found.push(`${request.method} ${request.target} ${new TextDecoder().decode(request.body)}`)
    }
  } catch (error) {
    return (error as { status: number }).status
  } finally {
    await reader.cancel()
    expect(budget.taken).toBe(0)
  }
}

/** A head of `length` bytes, without what ends it. */
function headOf(length: number): string {
  const head = 'GET / HTTP/1.1\r\nHost: a\r\nX: '
  return head + 'x'.repeat(length - head.length)
}
const headersOf = (count: number) => `GET / HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(count - 1)}\r\n`
const post = (length: number, body = 'x'.repeat(length)) =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${body}`

describe('at its bound, and one beyond, however it is cut', () => {
  test.each([1, 7, 16_384, 1 << 20])('in pieces of %d', async (size) => {
    expect(await read(`${headOf(16_384)}\r\n\r\n`, size)).toEqual(['GET / '])
    expect(await read(`${headOf(16_385)}\r\n\r\n`, size)).toBe(431)
    expect(await read(headersOf(64), size)).toEqual(['GET / '])
    expect(await read(headersOf(65), size)).toBe(431)
    expect(await read(post(BODY_MAX), size)).toEqual([`POST / ${'x'.repeat(BODY_MAX)}`])
    expect(await read(post(BODY_MAX + 1), size)).toBe(413)
    expect(await read(post(0), size)).toEqual(['POST / '])
  })

  test('requests behind one another lose nothing of each other', async () => {
    const sent = `${post(3, 'abc')}${post(0)}${headersOf(1)}${post(2, '\r\n')}${post(1, 'd')}`
    const requests = ['POST / abc', 'POST / ', 'GET / ', 'POST / \r\n', 'POST / d']
    for (let size = 1; size <= sent.length; size++)
      expect(await read(sent, size), `${size}`).toEqual(requests)
  })

  test('a head that does not end is not waited for beyond its bound', async () => {
    const { reader, feed } = open()
    const refused = reader.next().catch((error) => error)
    await feed(headOf(16_387))
    let isOver = false
    void refused.then(() => (isOver = true))
    await new Promise(setImmediate)
    expect(isOver).toBe(false)
    await feed('x')
    expect(await refused).toMatchObject({ status: 431 })
  })

  test('a length is a number of at most nine digits', async () => {
    const lengths = ['000000001', '0000000001', '1e1', '-1', '1.0', '0x1', ' ', '1 1', '1,1']
    const answers = await Promise.all(
      lengths.map((length) => read(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\na`)),
    )
    expect(answers).toEqual([['POST / a'], ...Array(8).fill(400)])
  })
})

describe('what is held', () => {
  test('is bounded by what was promised, and is given back when it was answered', async () => {
    const { reader, feed, budget } = open(undefined, 1 << 20)
    const request = reader.next()
    await feed(post(100_000, ''))
    for (let sent = 100; sent < 100_000; sent += 100) {
      await feed(new Uint8Array(100))
      expect(budget.taken).toBeLessThanOrEqual(Math.min(100_000, Math.max(1024, 2 * sent)))
    }
    await feed(new Uint8Array(100))
    expect((await request)!.body.byteLength).toBe(100_000)
    expect(budget.taken).toBe(100_000)
    void reader.next()
    expect(budget.taken).toBe(0)
  })

  test.each([
    [3024, 1000],
    [3023, 503],
  ])('is taken from one budget, which can be had to its last byte: of %d', async (most, last) => {
    const budget = new Budget(most)
    const readers = [0, 1, 2].map(() => open(budget))
    const lengths: number[] = []
    for (const { reader, feed } of readers) {
      const request = reader.next().catch((error) => error)
      // Room for a head is 1024 bytes.
      await feed(post(1000, ''))
      void feed('x'.repeat(1000)).catch(() => {})
      const { body, status } = await request
      lengths.push(status ?? body.byteLength)
      if (status) await reader.cancel()
    }
    expect(lengths).toEqual([1000, 1000, last])
    expect(budget.taken).toBe(last === 503 ? 2000 : 3000)
    await readers[0]!.reader.cancel()
    await readers[0]!.reader.cancel()
    expect(budget.taken).toBe(last === 503 ? 1000 : 2000)
  })

  test('does not grow with the number of pieces', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const held = () => {
      collect()
      return process.memoryUsage().heapUsed
    }
    const LENGTH = 100_000
    const { reader, feed } = open(undefined, LENGTH)
    const request = reader.next()
    await feed(post(LENGTH, ''))
    const one = new Uint8Array(1)
    const before = held()
    for (let sent = 1; sent < LENGTH; sent++) await feed(one)
    // An array for each would hold ten times as much.
    expect(held() - before).toBeLessThan(2 << 20)
    await feed(one)
    expect((await request)!.body.byteLength).toBe(LENGTH)
  })
})
