/** Patterns with * and ?: what they match, and that a match takes time linear in the lengths of pattern and text. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Glob, isTooWide, matchesGlob, pointsOf, SEARCHED_MAX } from '../../../src/kms/policy/glob.ts'
import { readPolicy } from '../../../src/kms/policy/policy.ts'
import { refused } from '../support.ts'
import { statement } from './requests.ts'

const word = (...pieces: string[]) =>
  fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''))
const asExpression = (pattern: string) =>
  new RegExp(`^${pattern.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`, 'u')

test('a pattern matches the same texts as the equivalent regular expression', () => {
  fc.assert(
    fc.property(word('a', 'b', '*', '?', ':', '😀'), word('a', 'b', ':', '\n', '😀'), (pattern, text) => {
      expect(matchesGlob(pattern, text)).toBe(asExpression(pattern).test(text))
    }),
    { numRuns: 5000 },
  )
})

test('a part is found at any position, also if it contains its own prefix', () => {
  const letters = (maxLength: number) =>
    fc.array(fc.constantFrom('a', 'a', 'b'), { minLength: 1, maxLength }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(letters(8), letters(30), fc.boolean(), (part, text, isIn) => {
      const whole = isIn ? `${text}${part}b` : text
      expect(matchesGlob(`*${part}*`, whole)).toBe(whole.includes(part))
    }),
    { numRuns: 5000 },
  )
})

test('characters are compared by code point, also around the limit between one and two UTF-16 units', () => {
  expect([...(pointsOf('a\uffff\u{10000}b') as Uint32Array)]).toEqual([0x61, 0xffff, 0x10000, 0x62])
  expect(matchesGlob('?\uffffb', 'a\uffffb')).toBe(true)
  expect(matchesGlob('a??', 'a\uffffb')).toBe(true)
  expect(matchesGlob('a?b', 'a\u{10000}b')).toBe(true)
})

test('a part with ? is found in every word of the bit search', () => {
  // Parts around multiples of 32 characters, with ? at the start, middle or end, in texts that contain or nearly
  // contain them.
  const lengths = [1, 2, 31, 32, 33, 63, 64, 65, 96, 127, SEARCHED_MAX]
  for (const length of lengths) {
    for (const at of [0, length >> 1, length - 1]) {
      const part = `${'a'.repeat(at)}?${'a'.repeat(length - 1 - at)}`
      const whole = `${'a'.repeat(at)}x${'a'.repeat(length - 1 - at)}`
      const broken = length > 1 ? whole.replace(/a(?!.*a)/, 'b') : ''
      const found = ['', 'b', 'a', whole].map((before) => matchesGlob(`*${part}*`, `${before}${whole}b`))
      expect(found, `${length}, ${at}`).toEqual([true, true, true, true])
      if (broken) expect(matchesGlob(`*${part}*`, `b${broken}`), `${length}, ${at}`).toBe(false)
      expect(matchesGlob(`b*${part}*${part}`, `b${whole}${whole}`)).toBe(true)
      expect(matchesGlob(`b*${part}*${part}`, `b${whole}`)).toBe(false)
    }
  }
})

test.each([
  ['', '', true],
  ['', 'a', false],
  ['*', '', true],
  ['**', 'ab', true],
  ['?', '', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['ab*bc', 'abc', false],
  ['*aab*', 'aaaab', true],
  ['*aaab*', 'aaaab', true],
  ['*ababc*', 'abababc', true],
  ['*aabaaac*', 'aabaabaaac', true],
  ['*abab?*', 'ababab', true],
  ['*abab?*', 'abab', false],
  ['*a*b*', 'ba', false],
  ['?', '😀', true],
  ['??', '😀', false],
])('pattern %j, text %j: %j', (pattern, text, expected) => expect(matchesGlob(pattern, text)).toBe(expected))

/** `points`, with each access to one of them counted. */
function counted(points: ArrayLike<number>, count: { steps: number }): ArrayLike<number> {
  return new Proxy(points, {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) count.steps++
      return Reflect.get(target, name)
    },
  })
}

/** The number of accesses to characters for parsing the pattern and matching the text, per character of both. */
function stepsPerCharacter(pattern: string, text: string): number {
  const count = { steps: 0 }
  const glob = new Glob(counted(pointsOf(pattern), count))
  glob.matches(counted(pointsOf(text), count))
  return count.steps / (pattern.length + text.length)
}

describe('the time of a match', () => {
  const HOSTILE: [what: string, pattern: (size: number) => string, text: (size: number) => string][] = [
    [
      'of a part that begins with repetition',
      (size) => `*${'a'.repeat(size)}b*`,
      (size) => 'a'.repeat(4 * size),
    ],
    [
      'of a part that ends with repetition',
      (size) => `*b${'a'.repeat(size)}*`,
      (size) => 'a'.repeat(4 * size),
    ],
    ['of many parts', (size) => 'a*'.repeat(size), (size) => `${'a'.repeat(size - 1)}b`],
    ['of many parts that nearly match', (size) => `${'*ab'.repeat(size)}*c`, (size) => 'ab'.repeat(2 * size)],
    [
      'of a part with a repeated prefix',
      (size) => `*${'aab'.repeat(size)}c*`,
      (size) => 'aab'.repeat(4 * size),
    ],
    [
      'of parts of ? only',
      (size) => `*${'?'.repeat(SEARCHED_MAX)}*`.repeat(size >> 7),
      (size) => 'a'.repeat(size),
    ],
    [
      'of parts with ? in between',
      (size) => `*${'a?'.repeat(60)}b*`.repeat(size >> 7),
      (size) => 'a'.repeat(4 * size),
    ],
    ['of ? without *', (size) => '?'.repeat(size), (size) => 'a'.repeat(size)],
  ]
  test.each(HOSTILE)('%s is linear', (_, pattern, text) => {
    const [small, large] = [512, 16_384].map((size) => stepsPerCharacter(pattern(size), text(size)))
    expect(large).toBeLessThan(8)
    // It would be 32 if the time were quadratic.
    expect(large! / small!).toBeLessThan(1.5)
  })

  test('would fail this test if it were quadratic', () => {
    // Positive control: the same counting, for a search that tries every position.
    const count = { steps: 0 }
    const naive = (size: number) => {
      count.steps = 0
      const [pattern, text] = [`${'a'.repeat(size)}b`, 'a'.repeat(4 * size)].map((one) =>
        counted(pointsOf(one), count),
      )
      for (let from = 0; from < text!.length; from++)
        for (let at = 0; pattern![at] === text![from + at]; at++);
      return count.steps / (5 * size)
    }
    expect(naive(1024) / naive(64)).toBeGreaterThan(8)
  })
})

describe('limits', () => {
  const part = (length: number) => `*${'a'.repeat(length - 1)}?*`
  test('apply to a part between two * that contains ?', () => {
    expect([SEARCHED_MAX, SEARCHED_MAX + 1].map((length) => isTooWide(part(length)))).toEqual([false, true])
    expect(isTooWide(`*${'a'.repeat(5000)}*`)).toBe(false)
    expect(isTooWide(`${'a?'.repeat(5000)}*${'a?'.repeat(5000)}`)).toBe(false)
    expect(isTooWide(`*${'😀'.repeat(SEARCHED_MAX - 1)}?*`)).toBe(false)
    expect(() => new Glob(pointsOf(part(SEARCHED_MAX + 1)))).toThrow(RangeError)
    new Glob(pointsOf(part(SEARCHED_MAX)))
  })

  test('apply to the number of patterns in a policy, wherever they are', () => {
    const patterns = (count: number) => Array.from({ length: count }, (_, at) => `a${at}`)
    const read = (...statements: object[]) => readPolicy({ Statement: statements }, 'key')
    for (const operator of [
      'StringLike',
      'StringStartWith',
      'StringNotEndWith',
      'ForAnyValue:StringNotLike',
    ]) {
      const like = (count: number) =>
        statement({ Condition: { [operator]: { 'kms:KeySpec': patterns(count) } } })
      // The resource is one pattern.
      read(like(255))
      expect(() => read(like(256)), operator).toThrow(
        refused('E_KMS_POLICY', /at most 256 patterns/) as Error,
      )
      expect(() => read(like(130), like(130)), operator).toThrow(refused('E_KMS_POLICY', /256/) as Error)
    }
    const acting = (count: number) => statement({ Action: patterns(count).map((name) => `s3:${name}*`) })
    read(acting(255))
    expect(() => read(acting(256))).toThrow(refused('E_KMS_POLICY', /256/) as Error)
    read(statement({ Resource: patterns(256) }))
    expect(() => read(statement({ Resource: patterns(257) }))).toThrow(
      refused('E_KMS_POLICY', /256/) as Error,
    )
    // Values without patterns are looked up, so their number is not limited.
    read(statement({ Condition: { StringEquals: { 'kms:KeySpec': patterns(2000) } } }))
  })
})
