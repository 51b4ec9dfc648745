/** What a link or the next visit restores of a lesson: strictly read, and bounded. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LESSONS } from '../../../web/lessons/all.ts'
import { MAX_DATA, readProgress, storedProgress, writeProgress } from '../../../web/lessons/progress.ts'

const LESSON = {
  steps: [
    { name: 'first', minutes: 1, run: async () => {}, done: () => false },
    {
      name: 'second',
      minutes: 1,
      field: { first: 'a', maxLength: 12 },
      run: async () => {},
      done: () => false,
    },
  ],
}
const code = (data: string) => {
  try {
    readProgress(data, LESSON)
    return 'read'
  } catch (error) {
    return (error as { shown?: { code?: string } }).shown?.code
  }
}
const dataOf = (given: unknown) => Buffer.from(JSON.stringify(given)).toString('base64url')

test('what was written is read again, whatever was entered', () => {
  fc.assert(
    fc.property(
      fc.nat(2),
      fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => text.length <= 12),
      (done, second) => {
        const progress = { done, entered: { second } }
        expect(readProgress(writeProgress(progress), LESSON)).toEqual(progress)
      },
    ),
  )
})

test('the longest entries of every lesson fit', () => {
  for (const lesson of LESSONS) {
    const fields = lesson.steps.flatMap(({ name, field }) =>
      field ? [[name, field.maxLength] as const] : [],
    )
    const entered = Object.fromEntries(fields.map(([name, length]) => [name, '漢'.repeat(length)]))
    const data = writeProgress({ done: lesson.steps.length, entered })
    expect(data.length).toBeLessThanOrEqual(MAX_DATA)
    expect(readProgress(data, lesson).entered).toEqual(entered)
  }
})

describe('refused is', () => {
  const whole = { webclave: 1, done: 1, entered: {} }
  test.each<[string, string]>([
    ['what is empty', ''],
    ['another alphabet', '*'],
    ['what is cut', writeProgress({ done: 1, entered: { second: 'hello' } }).slice(0, -4)],
    ['what is too long', 'A'.repeat(MAX_DATA + 1)],
    ['text that is not UTF-8', Buffer.from([0xff, 0xfe]).toString('base64url')],
    ['another version', dataOf({ ...whole, webclave: 2 })],
    ['a step that does not exist', dataOf({ ...whole, done: 3 })],
    ['half a step', dataOf({ ...whole, done: 0.5 })],
    ['a step as text', dataOf({ ...whole, done: '1' })],
    ['no entries', dataOf({ webclave: 1, done: 1 })],
    ['a list of entries', dataOf({ ...whole, entered: [] })],
    ['an entry of a step without a field', dataOf({ ...whole, entered: { first: 'a' } })],
    ['an entry of no step', dataOf({ ...whole, entered: { constructor: 'a' } })],
    ['an entry that is too long', dataOf({ ...whole, entered: { second: 'a'.repeat(13) } })],
    ['an entry that is not a text', dataOf({ ...whole, entered: { second: 1 } })],
    ['a list', dataOf([])],
    ['null', dataOf(null)],
  ])('%s', (_, data) => {
    expect(code(data)).toBe('E_SHARED')
  })

  test('nothing else', () => {
    expect(code(dataOf(whole))).toBe('read')
  })
})

test('without storage, there is no earlier visit', () => {
  const real = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get: () => {
      throw new Error('forbidden')
    },
  })
  try {
    expect(storedProgress(1, LESSON)).toBeUndefined()
  } finally {
    if (real) Object.defineProperty(globalThis, 'localStorage', real)
    else Reflect.deleteProperty(globalThis, 'localStorage')
  }
})
