/** Streams of a caller that cannot be read, and what happens to an iterable after its call has ended. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Kind } from '../../src/service/protocol.ts'
import { type Connected, connected, outcome, task } from './fake-service.ts'

const { CALL, RESULT, CANCEL } = Kind

let connection: Connected
const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeEach(() => {
  connection = connected()
  process.on('unhandledRejection', note)
})
afterEach(async () => {
  await connection.client.close()
  await task()
  process.off('unhandledRejection', note)
  expect(unhandled.splice(0)).toEqual([])
})

/** Calls a function with `items`, which may be anything. */
const called = (items: unknown) => connection.client.call['one']!(items)

test('a stream that is already being read is refused, and the call is not made', async () => {
  const stream = new ReadableStream()
  stream.getReader()
  await expect(called(stream)).rejects.toThrow(TypeError)
  await task()
  expect(connection.received).toEqual([])
})

test('an iterable that does not give an iterator fails the call', async () => {
  await expect(called({ [Symbol.asyncIterator]: () => undefined })).rejects.toThrow(TypeError)
})

test('what an iterable throws after the service has stopped it is not an error of the call', async () => {
  const next = Promise.withResolvers<IteratorResult<unknown>>()
  const items = { [Symbol.asyncIterator]: () => ({ next: () => next.promise }) }
  const call = outcome(called(items))
  await task()
  connection.answer([CANCEL, 1])
  await task()
  next.reject(new Error('late'))
  await task()
  connection.answer([RESULT, 1, 'enough'])
  expect(await call).toEqual({ value: 'enough' })
  expect(connection.received).toEqual([[CALL, 1, 'one', null, true]])
})
