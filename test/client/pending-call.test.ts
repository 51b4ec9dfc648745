/** The end of a call, whatever its service and its request do: nobody waits forever, and nothing is kept. */
import { beforeEach, expect, test } from 'vitest'
import { Kind } from '../../src/service/protocol.ts'
import { type Connected, connected, outcome, task } from './fake-service.ts'

const { CALL, RESULT, CANCEL } = Kind

let connection: Connected
beforeEach(() => {
  connection = connected()
})

test.each([
  ['a result', [RESULT, 1, 5]],
  ['a stream', [RESULT, 1, null, true]],
])('%s after a stream has begun ends the connection, so that its loop ends', async (_, message) => {
  const call = connection.client.call['one']!()
  connection.answer([RESULT, 1, null, true])
  const items = ((await call) as AsyncIterable<unknown>)[Symbol.asyncIterator]()
  const next = outcome(items.next())
  connection.answer(message)
  expect(await next).toMatchObject({ code: 'E_SERVICE_CLOSED' })
})

test('a request that cannot be begun is not sent', async () => {
  const request = {
    [Symbol.asyncIterator]() {
      throw new Error('mine')
    },
  }
  await expect(connection.client.call['one']!(request)).rejects.toThrow('mine')
  const next = connection.client.call['two']!()
  connection.answer([RESULT, 2, 'second'])
  expect(await next).toBe('second')
  expect(connection.received).toEqual([[CALL, 2, 'two', null]])
})

test('a client that is closed cancels its calls first', async () => {
  const calls = ['one', 'two'].map((name) => outcome(connection.client.call[name]!()))
  connection.answer([RESULT, 1, 'first'])
  await calls[0]
  const third = outcome(connection.client.call['three']!())
  await connection.client.close()
  expect([await calls[1], await third]).toEqual([
    expect.objectContaining({ code: 'E_SERVICE_CLOSED' }),
    expect.objectContaining({ code: 'E_SERVICE_CLOSED' }),
  ])
  await task()
  expect(connection.received.slice(2)).toEqual([
    [CALL, 3, 'three', null],
    [CANCEL, 2],
    [CANCEL, 3],
  ])
  expect(connection.stream.isEnded).toBe(true)
})
