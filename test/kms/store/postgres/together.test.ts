/** Questions of the same moment are asked together, in parts that are bounded, and later ones are asked again. */
import { expect, test } from 'vitest'
import { Together } from '../../../../src/kms/store/postgres/together.ts'

const asked: (readonly string[])[] = []
const answering = (max: number) => {
  asked.length = 0
  return new Together<string>(max, async (keys) => {
    asked.push(keys)
    return new Map(keys.filter((key) => key !== 'none').map((key) => [key, `${key} of ${asked.length}`]))
  })
}

test('each gets its own answer, of one question', async () => {
  const together = answering(10)
  expect(await Promise.all(['a', 'b', 'none', 'a'].map((key) => together.get(key)))).toEqual([
    'a of 1',
    'b of 1',
    undefined,
    'a of 1',
  ])
  expect(asked).toEqual([['a', 'b', 'none']])
})

test('a question has at most as many keys as it may', async () => {
  const together = answering(3)
  await Promise.all(Array.from({ length: 7 }, (_, at) => together.get(`${at}`)))
  expect(asked.map((keys) => keys.length)).toEqual([3, 3, 1])
})

test('what is asked later is asked again', async () => {
  const together = answering(10)
  const first = together.get('a')
  expect([await first, await together.get('a')]).toEqual(['a of 1', 'a of 2'])
})

test('a question that fails fails for those who asked it, and for nobody else', async () => {
  let fails = true
  const together = new Together<string>(10, async (keys) => {
    if (fails) throw new Error('no answer')
    return new Map(keys.map((key) => [key, key]))
  })
  const outcomes = await Promise.allSettled([together.get('a'), together.get('b')])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  fails = false
  expect(await together.get('a')).toBe('a')
})
