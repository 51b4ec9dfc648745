/** Streams that are sent: never beyond the window, whatever the receiver claims, and ended as `break` does. */
import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { Incoming } from '../../src/service/incoming.ts'
import { isStream, Outgoing } from '../../src/service/outgoing.ts'
import { itemCost, STREAM_WINDOW } from '../../src/service/protocol.ts'

const task = () => new Promise((resolve) => setImmediate(resolve))
const EIGHTH = STREAM_WINDOW / 8 - itemCost(0)

/** An endless producer that counts what it has made, and notes its end. */
function endless() {
  const state = { made: 0, isEnded: false }
  async function* items() {
    try {
      for (;;) yield state.made++
    } finally {
      state.isEnded = true
    }
  }
  return { state, items: items() }
}

test.each<[unknown, boolean]>([
  [(async function* () {})(), true],
  [new ReadableStream(), true],
  [{ [Symbol.asyncIterator]: () => {} }, true],
  [[1], false],
  [null, false],
  [undefined, false],
  ['text', false],
  [{ next: () => {} }, false],
])('%s is a stream: %s', (value, is) => expect(isStream(value)).toBe(is))

describe('a stream', () => {
  test('is sent item by item, and resolves with true at the end', async () => {
    const sent: unknown[] = []
    const outgoing = new Outgoing(
      (async function* () {
        yield* [1, null, undefined]
      })(),
    )
    expect(await outgoing.run((item) => sent.push(item))).toBe(true)
    expect(sent).toEqual([1, null, undefined])
  })

  test('fails with the error of its iterable', async () => {
    const outgoing = new Outgoing(
      (async function* () {
        yield 1
        throw new Error('why')
      })(),
    )
    await expect(outgoing.run(() => 1)).rejects.toThrow('why')
  })

  test('with an item that cannot be sent fails, and ends its iterable', async () => {
    const { state, items } = endless()
    const run = new Outgoing(items).run(() => {
      throw new Error('unsendable')
    })
    await expect(run).rejects.toThrow('unsendable')
    await task()
    expect(state).toEqual({ made: 1, isEnded: true })
  })
})

describe('stopping', () => {
  test('ends the iterable, and resolves with false', async () => {
    const { state, items } = endless()
    const outgoing = new Outgoing(items)
    const run = outgoing.run(() => EIGHTH)
    await task()
    outgoing.stop()
    expect(await run).toBe(false)
    expect(state).toEqual({ made: 8, isEnded: true })
    outgoing.grant(STREAM_WINDOW)
    await task()
    expect(state.made).toBe(8)
  })

  test('drops the item that the iterable was just making', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const outgoing = new Outgoing(
      (async function* () {
        await promise
        yield 1
      })(),
    )
    const send = vi.fn(() => 1)
    const run = outgoing.run(send)
    await task()
    outgoing.stop()
    resolve()
    expect(await run).toBe(false)
    expect(send).not.toHaveBeenCalled()
  })

  test.each<[string, () => unknown]>([
    ['rejects', () => Promise.reject(new Error('unheard'))],
    [
      'throws',
      () => {
        throw new Error('unheard')
      },
    ],
  ])('ignores that the end of the iterable %s', async (_, end) => {
    const outgoing = new Outgoing({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: end as () => Promise<IteratorResult<unknown>>,
      }),
    })
    void outgoing.run(() => 1)
    outgoing.stop()
    await task()
  })

  test('after the end does not end the iterable again', async () => {
    const end = vi.fn(async () => ({ done: true as const, value: undefined }))
    const outgoing = new Outgoing({
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }), return: end }),
    })
    expect(await outgoing.run(() => 1)).toBe(true)
    outgoing.stop()
    expect(end).not.toHaveBeenCalled()
  })
})

describe('the window', () => {
  test('stops the producer, until so much was granted again', async () => {
    const { state, items } = endless()
    const outgoing = new Outgoing(items)
    void outgoing.run(() => EIGHTH)
    await task()
    expect(state.made).toBe(8)
    outgoing.grant(STREAM_WINDOW / 8)
    await task()
    expect(state.made).toBe(9)
    outgoing.grant(STREAM_WINDOW / 4)
    await task()
    expect(state.made).toBe(11)
    outgoing.stop()
  })

  test.each([
    0,
    -1,
    -STREAM_WINDOW,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    10n,
    '1000',
    null,
    undefined,
    [1000],
    {},
  ])('is the same after a grant of %s', async (bytes) => {
    const { state, items } = endless()
    const outgoing = new Outgoing(items)
    void outgoing.run(() => EIGHTH)
    await task()
    outgoing.grant(bytes)
    await task()
    expect(state.made).toBe(8)
    outgoing.grant(STREAM_WINDOW / 8)
    await task()
    expect(state.made).toBe(9)
    outgoing.stop()
  })

  test.each([STREAM_WINDOW + 1, 2 ** 40, Number.MAX_VALUE, Number.POSITIVE_INFINITY])(
    'is never larger than at the begin, also after grants of %d',
    async (bytes) => {
      const { state, items } = endless()
      const outgoing = new Outgoing(items)
      for (let count = 0; count < 3; count++) outgoing.grant(bytes)
      void outgoing.run(() => EIGHTH)
      await task()
      expect(state.made).toBe(8)
      for (let count = 0; count < 3; count++) outgoing.grant(bytes)
      await task()
      expect(state.made).toBe(16)
      outgoing.stop()
    },
  )

  test('is never exceeded, and never blocks, with our receiver and items of any length', async () => {
    const steps = fc.array(
      fc.record({ length: fc.oneof(fc.nat(100), fc.nat(3 * STREAM_WINDOW)), takes: fc.nat(20) }),
      { minLength: 1, maxLength: 60 },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        let at = 0
        const wire: number[] = []
        const outgoing = new Outgoing(
          (async function* () {
            for (const { length } of given) yield length
          })(),
        )
        // Throws if the window is exceeded.
        const incoming = new Incoming({
          onTaken: (cost) => queueMicrotask(() => outgoing.grant(cost)),
          onStopped: () => {},
        })
        const run = outgoing.run((length) => {
          wire.push(length as number)
          incoming.push(at++, length as number)
          return length as number
        })
        let received = 0
        void run.then(() => incoming.end())
        for await (const value of incoming) {
          expect(value).toBe(received++)
          // The receiver is slow, or fast.
          if (given[received - 1]!.takes < 3) await task()
        }
        expect(await run).toBe(true)
        expect(wire).toEqual(given.map(({ length }) => length))
      }),
    )
  })
})
