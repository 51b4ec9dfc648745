/** A client whose service breaks the protocol, or answers what it was never asked. */
import { beforeEach, describe, expect, test } from 'vitest'
import { ServiceClient } from '../../src/client/index.ts'
import { Kind, MAX_MESSAGE, STREAM_WINDOW } from '../../src/service/protocol.ts'
import { type AnyService, type Connected, connected, outcome, task } from './fake-service.ts'

const { CALL, RESULT, FAILURE, ITEM, END, WINDOW, CANCEL } = Kind
const CLOSED = { code: 'E_SERVICE_CLOSED' }
const MIB = 1 << 20

let connection: Connected
beforeEach(() => {
  connection = connected()
})

/** Calls `one`, and lets its frame be sent. */
async function called() {
  const call = outcome(connection.client.call['one']!())
  await task()
  return call
}
const pending = () => outcome(connection.client.call['one']!())

describe('a message that means nothing', () => {
  test.each<[string, unknown[]]>([
    ['an item without a stream', [ITEM, 1, 5]],
    ['the end of a stream that was never begun', [END, 1]],
    ['a window without a stream', [WINDOW, 1, 1000]],
    ['a window that is not a number', [WINDOW, 1, 'much']],
    ['the end of a request that is not a stream', [CANCEL, 1]],
  ])('%s: the call is still answered', async (_, message) => {
    const call = pending()
    connection.answer(message, [RESULT, 1, 'answered'])
    expect(await call).toEqual({ value: 'answered' })
  })

  test.each([
    ['a second result', [RESULT, 1, 'again']],
    ['a failure', [FAILURE, 1, 'E_MINE', 'why']],
    ['a stream', [RESULT, 1, null, true]],
    ['an item', [ITEM, 1, 5]],
    ['an end', [END, 1]],
    ['a window', [WINDOW, 1, 5]],
    ['a cancellation', [CANCEL, 1]],
  ])('%s after the answer: later calls are answered', async (_, message) => {
    const call = pending()
    connection.answer([RESULT, 1, 'first'], message, message)
    expect(await call).toEqual({ value: 'first' })
    const next = pending()
    connection.answer(message, [RESULT, 2, 'second'])
    expect(await next).toEqual({ value: 'second' })
  })

  test('an answer to a call that was cancelled', async () => {
    const abort = new AbortController()
    const call = connection.client.call['one']!(null, { signal: abort.signal })
    abort.abort(new Error('mine'))
    await expect(call).rejects.toThrow('mine')
    const next = connection.client.call['two']!()
    connection.answer([RESULT, 1, 'late'], [RESULT, 2, 'second'])
    expect(await next).toBe('second')
  })
})

describe('a message that ends the connection', () => {
  test.each<[string, unknown]>([
    ['about a call that was never made', [RESULT, 2, 5]],
    ['about the call 0', [RESULT, 0, 5]],
    ['about a call far away', [FAILURE, 2 ** 53 - 1, 'E', 'why']],
    ['an item of a call that was never made', [ITEM, 2, 5]],
    ['a window of a call that was never made', [WINDOW, 2, 5]],
    ['a call', [CALL, 1, 'one', null]],
    ['of an unknown kind', [7, 1, null]],
    ['that is not an array', 'yes'],
    ['without an id', [RESULT]],
    ['with an id as a bigint', [RESULT, 1n, 5]],
  ])('%s', async (_, message) => {
    const call = pending()
    connection.answer(message)
    expect(await call).toMatchObject(CLOSED)
    expect(await pending()).toMatchObject(CLOSED)
    await expect.poll(() => connection.stream.isCancelled).toBe(true)
  })

  test('beyond the window of a stream', async () => {
    const call = connection.client.call['one']!()
    connection.answer([RESULT, 1, null, true])
    const items = (await call) as AsyncIterable<unknown>
    const item = new Uint8Array(STREAM_WINDOW / 4)
    connection.answer(...new Array(4).fill([ITEM, 1, item]))
    await task()
    expect(await Promise.race([connection.client.closed, 'open'])).toBe('open')
    connection.answer([ITEM, 1, item])
    const next = pending()
    expect(await next).toMatchObject(CLOSED)
    // What has arrived before can still be taken.
    const iterator = items[Symbol.asyncIterator]()
    for (let count = 0; count < 4; count++) expect((await iterator.next()).value).toEqual(item)
    expect(await outcome(iterator.next())).toMatchObject(CLOSED)
  })
})

describe('the length of a message', () => {
  test('is limited by maxMessage: one byte more ends the connection', async () => {
    const limit = 1000
    for (const more of [0, 1]) {
      connection = connected({ maxMessage: limit })
      const call = pending()
      // Three bytes, and three of the head of a text.
      connection.answer([RESULT, 1, 'x'.repeat(limit - 6 + more)])
      expect(await call).toMatchObject(more === 0 ? { value: 'x'.repeat(limit - 6) } : CLOSED)
    }
  })

  test('limits what is sent too, and the call is not made', async () => {
    connection = connected({ maxMessage: 1000 })
    const { client, received, answer } = connection
    expect(await outcome(client.call['one']!(new Uint8Array(1000)))).toMatchObject({
      code: 'E_SERVICE_FRAME',
    })
    const next = client.call['one']!(new Uint8Array(980))
    answer([RESULT, 2, 'fits'])
    expect(await next).toBe('fits')
    expect(received).toHaveLength(1)
  })

  test.each([
    ['2 GiB', 0x80000000],
    ['4 GiB', 0xffffffff],
    ['one byte above the default', MAX_MESSAGE + 1],
    ['nothing', 0],
  ])('of %s ends the connection at once', async (_, length) => {
    const call = pending()
    const prefix = Buffer.alloc(4)
    prefix.writeUInt32BE(length)
    connection.reader.enqueue(prefix)
    expect(await call).toMatchObject(CLOSED)
  })

  test('of 64 MiB needs little memory before the bytes arrive', async () => {
    await called
    const before = process.memoryUsage().arrayBuffers
    const call = pending()
    const begin = Buffer.alloc(20_000)
    begin.writeUInt32BE(MAX_MESSAGE)
    connection.reader.enqueue(begin)
    await task()
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MIB)
    connection.reader.close()
    expect(await call).toMatchObject(CLOSED)
  })
})

test('a service that never reads does not delay the end of its client', async () => {
  const stuck = new ServiceClient<AnyService>({
    readable: new ReadableStream(),
    writable: new WritableStream({ write: () => new Promise(() => {}) }),
  })
  const call = outcome(stuck.call['one']!(new Uint8Array(MIB)))
  await task()
  await stuck.close()
  expect(await call).toMatchObject(CLOSED)
})

describe('a connection that breaks while messages of one turn are written', () => {
  const broken = () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const direct = {
      read: () => new Promise<number>(() => {}),
      write: () => {
        throw new Error('broken')
      },
    }
    return new ServiceClient<AnyService>({ readable, writable, direct })
  }

  test('fails all calls', async () => {
    const client = broken()
    const calls = Array.from({ length: 20 }, async () => client.call['one']!())
    for (const one of calls) await expect(one).rejects.toMatchObject(CLOSED)
  })

  test('leaves a call that is aborted its own reason', async () => {
    const client = broken()
    const controller = new AbortController()
    const first = client.call['one']!(undefined, { signal: controller.signal })
    const others = Array.from({ length: 14 }, async () => client.call['one']!())
    // The message that cancels it is the sixteenth, which is written at once.
    controller.abort(new Error('mine'))
    await expect(first).rejects.toThrow('mine')
    for (const one of others) await expect(one).rejects.toMatchObject(CLOSED)
  })
})
