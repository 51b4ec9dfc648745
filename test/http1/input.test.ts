/** The memory that an input uses while a message arrives: at most what was announced, from one budget, in one array. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import type { Input } from '../../src/http1/input.ts'
import { Budget } from '../../src/kms/vsock/budget.ts'
import { open, readAll } from './feed.ts'

const HEAD_MAX = 16_384

/** Reads one head, and a body of `length` bytes. */
const readOne = (length: number) => async (input: Input) => {
  const head = await input.head(HEAD_MAX)
  return head === undefined ? undefined : [head, new TextDecoder().decode(await input.body(length))]
}

describe('a head', () => {
  test.each([1, 7, 16_384, 1 << 20])(
    'is accepted at its limit, and rejected one byte above, in pieces of %d',
    async (size) => {
      const whole = 'x'.repeat(HEAD_MAX)
      expect(await readAll(`${whole}\r\n\r\n`, readOne(0), size)).toEqual([[whole, '']])
      expect(await readAll(`${whole}x\r\n\r\n`, readOne(0), size)).toBe('head')
      expect(await readAll('\r\n\r\n', readOne(0), size)).toEqual([['', '']])
      expect(await readAll(`\r\n\r\n${whole}`, readOne(HEAD_MAX), size)).toEqual([['', whole]])
    },
  )

  test('that does not end is rejected at its limit', async () => {
    const { input, feed } = open()
    const refused = input.head(HEAD_MAX).catch((error) => error)
    await feed('x'.repeat(HEAD_MAX + 3))
    let isOver = false
    void refused.then(() => (isOver = true))
    await new Promise(setImmediate)
    expect(isOver).toBe(false)
    await feed('x')
    expect(await refused).toMatchObject({ fault: 'head' })
  })

  test.each(['\n\n', '\r\r', '\r\n\n', '\r\n\r', '\n\r\n', '\r\n \r\n'])(
    'does not end by %j',
    async (end) => {
      expect(await readAll(`a${end}`, readOne(0))).toBe('ended')
    },
  )

  test('may be empty, also after another', async () => {
    expect(await readAll('a\r\n\r\n\r\n\r\nb\r\n\r\n', readOne(0))).toEqual([
      ['a', ''],
      ['', ''],
      ['b', ''],
    ])
  })

  test('keeps non-ASCII bytes and a byte order mark, so that the parser rejects them', async () => {
    expect(await readAll('\ufeffä\r\n\r\n', readOne(0))).toEqual([['\ufeffä', '']])
    expect(await readAll(Uint8Array.of(0xe4, 13, 10, 13, 10), readOne(0))).toEqual([['\ufffd', '']])
  })

  test('that is truncated is an error; an end before the first byte is not', async () => {
    expect(await readAll('', readOne(0))).toEqual([])
    expect(await readAll('a', readOne(0))).toBe('ended')
  })
})

describe('a body', () => {
  test('has the announced length, however it is split', async () => {
    for (const size of [1, 5, 6, 7, 100]) {
      expect(await readAll('a\r\n\r\nbcd', readOne(3), size)).toEqual([['a', 'bcd']])
      expect(await readAll('a\r\n\r\nbcd', readOne(4), size)).toBe('ended')
      expect(await readAll('a\r\n\r\n\r\n\r\nb\r\n\r\nefgh', readOne(4), size)).toEqual([
        ['a', '\r\n\r\n'],
        ['b', 'efgh'],
      ])
    }
  })

  test('is its own array, which nothing else writes to', async () => {
    const { input, feed } = open()
    void feed('a\r\n\r\nbc').catch(() => {})
    await input.head(HEAD_MAX)
    const first = await input.body(1)
    const second = await input.body(1)
    expect([first.buffer.byteLength, second.buffer.byteLength]).toEqual([1, 1])
    first.fill(0)
    expect([...second]).toEqual([99])
  })
})

describe('the memory used', () => {
  test('is limited by the announced length, and released after the answer', async () => {
    const { input, feed, budget } = open()
    const head = input.head(HEAD_MAX)
    await feed('a\r\n\r\n')
    await head
    const body = input.body(100_000)
    for (let sent = 100; sent < 100_000; sent += 100) {
      await feed(new Uint8Array(100))
      expect(budget.taken).toBeLessThanOrEqual(Math.min(100_000, Math.max(1024, 2 * sent)))
    }
    await feed(new Uint8Array(100))
    expect((await body).byteLength).toBe(100_000)
    expect(budget.taken).toBe(100_000)
    void input.head(HEAD_MAX)
    expect(budget.taken).toBe(0)
  })

  test.each([
    [3024, 1000],
    [3023, 'memory'],
  ])('comes from one budget, which can be used to its last byte: %d', async (most, last) => {
    const budget = new Budget(most)
    const all = [0, 1, 2].map(() => open(budget))
    const outcomes: unknown[] = []
    for (const { input, feed } of all) {
      const body = input.head(HEAD_MAX).then(() => input.body(1000))
      // A head takes 1024 bytes.
      void feed('a\r\n\r\n').catch(() => {})
      void feed('x'.repeat(1000)).catch(() => {})
      outcomes.push(await body.then(({ byteLength }) => byteLength).catch(({ fault }) => fault))
      if (outcomes.length === 3 && last === 'memory') input.close()
    }
    expect(outcomes).toEqual([1000, 1000, last])
    expect(budget.taken).toBe(last === 'memory' ? 2000 : 3000)
    all[0]!.input.close()
    all[0]!.input.close()
    expect(budget.taken).toBe(last === 'memory' ? 1000 : 2000)
  })

  test.each([
    [1025, 1025],
    [1024, 'memory'],
  ])('is counted byte by byte: a budget of %d', async (most, outcome) => {
    const { input, feed } = open(new Budget(most))
    const body = input.body(1025)
    await feed(new Uint8Array(1024))
    void feed(new Uint8Array(1)).catch(() => {})
    expect(await body.then(({ byteLength }) => byteLength).catch(({ fault }) => fault)).toBe(outcome)
  })

  test('for data that arrives early is at most twice its length', async () => {
    const { input, feed, budget } = open()
    const head = input.head(HEAD_MAX)
    await feed(`a\r\n\r\n${'x'.repeat(50_000)}`)
    await head
    for (let left = 40_000; left >= 0; left -= 10_000) {
      const { byteLength } = await input.body(10_000)
      expect(budget.taken - byteLength).toBeGreaterThanOrEqual(left)
      expect(budget.taken - byteLength).toBeLessThanOrEqual(2 * left)
    }
    input.close()
    expect(budget.taken).toBe(0)
  })

  test.each([
    [2001, 2001],
    [2000, 1000],
  ])('after 1000 of %d bytes were read is %d', async (sent, left) => {
    const { input, feed, budget } = open()
    void feed(new Uint8Array(sent))
    const { byteLength } = await input.body(1000)
    expect(budget.taken - byteLength).toBe(left)
  })

  test('does not grow with the number of pieces', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const held = () => {
      collect()
      return process.memoryUsage().heapUsed
    }
    const LENGTH = 100_000
    const { input, feed } = open()
    const body = input.body(LENGTH)
    const one = new Uint8Array(1)
    await feed(one)
    const before = held()
    for (let sent = 2; sent < LENGTH; sent++) await feed(one)
    // One array per piece would use ten times as much.
    expect(held() - before).toBeLessThan(2 << 20)
    await feed(one)
    expect((await body).byteLength).toBe(LENGTH)
  })

  test('is copied a limited number of times, however many messages arrive in one piece', async () => {
    const COUNT = 20_000
    const sent = 'a\r\n\r\nbc'.repeat(COUNT)
    const copied = await countCopied(async () => {
      expect(await readAll(sent, readOne(2))).toHaveLength(COUNT)
    })
    expect(copied).toBeGreaterThan(2 * COUNT)
    expect(copied).toBeLessThan(2 * sent.length)
  })

  test('is returned without a copy if nothing else arrived with it', async () => {
    const copied = await countCopied(async () => {
      expect(await readAll(new Uint8Array(1000), (input) => input.body(1000), 100)).toBe('ended')
    })
    expect(copied).toBe(0)
  })
})

/** The number of bytes that are copied to new arrays during `action`. */
async function countCopied(action: () => Promise<void>): Promise<number> {
  let copied = 0
  const { slice } = Uint8Array.prototype
  const spy = vi.spyOn(Uint8Array.prototype, 'slice').mockImplementation(function (
    this: Uint8Array,
    ...range
  ) {
    const copy = slice.apply(this, range)
    copied += copy.byteLength
    return copy
  })
  try {
    await action()
    return copied
  } finally {
    spy.mockRestore()
  }
}
