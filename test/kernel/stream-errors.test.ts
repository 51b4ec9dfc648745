/** How a stream fails: with `closed`, or with an error that has a debug string; and how a lowered call reports it. */
import { expect, test } from 'vitest'
import { createStreamErrors, StreamFailure } from '../../src/kernel/stream-errors.ts'
import { guest, handleTable } from './rig.ts'

test('a stream that did not fail is closed; one that failed has an error with its message', () => {
  const errors = createStreamErrors()
  expect(errors.failed(undefined).payload).toEqual({ tag: 'closed' })
  for (const words of ['it was torn', '']) {
    const { payload } = errors.failed(words)
    expect(payload.tag).toBe('last-operation-failed')
    expect(payload.val).toBeInstanceOf(errors.resourceClass)
    expect((payload.val as unknown as { toDebugString(): string }).toDebugString()).toBe(words)
  }
})

test('a lowered call writes the failure to its result, with the error’s handle in the other table', () => {
  const errors = createStreamErrors()
  const [own, others] = [handleTable(), handleTable()]
  const { context, bytesAt, view } = guest(1, [own, others])
  bytesAt(90, 40).fill(255)
  errors.write(context, own, 100, 4, errors.failed(undefined))
  expect([...bytesAt(99, 7)]).toEqual([255, 1, 255, 255, 255, 1, 255])
  bytesAt(90, 40).fill(255)
  errors.write(context, own, 100, 8, errors.failed('it was torn'))
  expect([...bytesAt(99, 19)]).toEqual([
    255,
    1,
    ...new Array(7).fill(255),
    0,
    255,
    255,
    255,
    1,
    0,
    0,
    0,
    255,
    255,
  ])
  expect(view.getInt32(112, true)).toBe(1)
  expect([own.length, others.length]).toEqual([2, 4])
})

test('a result that ends at the end of the memory is written, one beyond it is not', () => {
  const errors = createStreamErrors()
  const own = handleTable()
  const { context, view } = guest(1, [own, handleTable()])
  errors.write(context, own, 65_524, 4, new StreamFailure())
  expect(view.getUint8(65_528)).toBe(1)
  expect(() => errors.write(context, own, 65_525, 4, new StreamFailure())).toThrow('out of bounds')
})

test('other errors are rethrown', () => {
  const { context } = guest()
  const other = new Error('another')
  expect(() => createStreamErrors().write(context, handleTable(), 100, 4, other)).toThrow(other)
})
