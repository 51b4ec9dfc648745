/** The signal of a function in an enclave, and callers that break the protocol of streams. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServiceClient } from '../../../src/client/index.ts'
import { hostCodec } from '../../../src/service/codec.ts'
import { FrameReader } from '../../../src/service/frame.ts'
import { Kind, MAX_MESSAGE, type Message, STREAM_WINDOW } from '../../../src/service/protocol.ts'
import { type AnyService, framed, outcome } from '../../client/fake-service.ts'
import { readAll } from '../../service/round-trip.ts'
import { type Laboratory, receiveBytes, send } from '../../support/laboratory.ts'
import { clientOf, servedBy, socketOf } from './sessions.ts'

let lab: Laboratory
let client: ServiceClient<AnyService>
beforeAll(async () => {
  lab = await servedBy(`{
    ignores: () => 'done',
    noted: () => noted.splice(0),
    aborts: (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => {
      noted.push('aborted: ' + signal.reason.code)
      resolve('late')
    })),
    slow: async (items) => { for await (const item of items) await new Promise(() => {}) },
    looks: async (_, context) => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      noted.push(context.signal.aborted, context.signal.reason.code)
    },
    fails: (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)),
    streams: (_, { signal }) => new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve((async function* () { yield 1 })()))),
    tells: async (items) => {
      try { for await (const item of items); return 'all' } catch (error) { return error.code }
    },
    ignoresThem: async () => 'done',
    reads: async (items) => {
      try { for await (const item of items); } catch (error) { noted.push('reading: ' + error.code) }
    },
    keeps: async (_, { signal }) => { globalThis.kept = signal },
    kept: () => kept.aborted,
  }`)
  client = await clientOf(lab)
})
afterAll(() => lab[Symbol.asyncDispose]())

const noted = () => expect.poll(() => client.call['noted']!())

const KIB = 1024

describe('the signal of a function', () => {
  test('aborts if the call is cancelled', async () => {
    const abort = new AbortController()
    const call = client.call['aborts']!(null, { signal: abort.signal })
    await client.call['ignores']!()
    abort.abort(new Error('mine'))
    await expect(call).rejects.toThrow('mine')
    await noted().toEqual(['aborted: E_SERVICE_CANCELLED'])
  })

  test('aborts with its request: nobody waits for items that will not come', async () => {
    const abort = new AbortController()
    const call = client.call['reads']!(new ReadableStream(), { signal: abort.signal })
    await client.call['ignores']!()
    abort.abort(new Error('mine'))
    await expect(call).rejects.toThrow('mine')
    await noted().toEqual(['reading: E_SERVICE_CANCELLED'])
  })

  test('aborts if the deadline of the call is over', async () => {
    expect(await outcome(client.call['aborts']!(null, { deadline: 50 }))).toMatchObject({
      code: 'E_SERVICE_DEADLINE',
    })
    await noted().toEqual(['aborted: E_SERVICE_CANCELLED'])
  })

  test('aborts if what the caller sends breaks the protocol', async () => {
    const socket = await socketOf(lab)
    const writer = socket.writable.getWriter()
    await writer.write(framed([Kind.CALL, 1, 'aborts', null]))
    await writer.write(framed('nonsense'))
    await noted().toEqual(['aborted: E_SERVICE_CANCELLED'])
    await socket[Symbol.asyncDispose]()
  })

  test('is aborted too if the function looks at it only later', async () => {
    const abort = new AbortController()
    const call = outcome(client.call['looks']!(null, { signal: abort.signal }))
    abort.abort(new Error('mine'))
    await call
    await noted().toEqual([true, 'E_SERVICE_CANCELLED'])
  })

  test('does not abort after the call has ended', async () => {
    const abort = new AbortController()
    await client.call['keeps']!(null, { signal: abort.signal })
    abort.abort()
    expect(await client.call['kept']!()).toBe(false)
  })
})

describe('a caller', () => {
  /** Sends messages, closes its half, and returns what the service has sent. */
  async function exchange(...messages: unknown[]) {
    await using socket = await socketOf(lab)
    const reading = receiveBytes(socket)
    await send(socket, Buffer.concat(messages.map(framed)))
    return readAll([await reading])
  }

  test.each(['aborts', 'fails', 'streams'])(
    'that has cancelled its call gets nothing of it: %s',
    async (name) => {
      expect(await exchange([Kind.CALL, 1, name, null], [Kind.CANCEL, 1])).toEqual([])
    },
  )

  test('that ends before its stream has ended gets the result; the stream has failed', async () => {
    expect(await exchange([Kind.CALL, 1, 'tells', null, true], [Kind.ITEM, 1, 5])).toEqual([
      [Kind.RESULT, 1, 'E_SERVICE_CANCELLED'],
    ])
    expect(await exchange([Kind.CALL, 1, 'tells', null, true], [Kind.ITEM, 1, 5], [Kind.END, 1])).toEqual([
      [Kind.RESULT, 1, 'all'],
    ])
  })

  test.each(['ignores', 'ignoresThem'])('is told that nobody takes its items: %s', async (name) => {
    await using socket = await socketOf(lab)
    const frames = new FrameReader(hostCodec, MAX_MESSAGE)
    const received: Message[] = []
    await socket.writable.getWriter().write(framed([Kind.CALL, 1, name, null, true]))
    const reader = socket.readable.getReader()
    while (received.length < 2) {
      frames.push((await reader.read()).value!)
      for (let message = frames.next(); message; message = frames.next()) received.push(message)
    }
    expect(received).toEqual([
      [Kind.RESULT, 1, 'done'],
      [Kind.CANCEL, 1],
    ])
  })
})

test('a caller that exceeds the window of a stream loses its connection, and not one that uses it up', async () => {
  await using socket = await socketOf(lab)
  const writer = socket.writable.getWriter()
  const { promise: over, resolve } = Promise.withResolvers<string>()
  const reader = socket.readable.getReader()
  reader.read().then(
    ({ done }) => resolve(done ? 'ended' : 'answered'),
    () => resolve('reset'),
  )
  await writer.write(framed([Kind.CALL, 1, 'slow', null, true]))
  const item = framed([Kind.ITEM, 1, new Uint8Array(32 * KIB)])
  // The function takes the first, which is not more than a quarter of the window.
  for (let sent = 0; sent < STREAM_WINDOW; sent += 32 * KIB) await writer.write(item)
  await client.call['ignores']!()
  expect(await Promise.race([over, new Promise((later) => setTimeout(later, 50, 'open'))])).toBe('open')
  await writer.write(item).catch(() => {})
  expect(['ended', 'reset']).toContain(await over)
})
