/** A profile is one of two words, and a new instance's id has its cloud's form. */
import { expect, test } from 'vitest'
import { checkProfile, newInstanceId } from '../../src/parent/options.ts'

test.each(['qingtian', 'nitro'])('%s is a profile', (profile) => {
  expect(checkProfile(profile)).toBe(profile)
})

test.each(['', 'sgx', 'Nitro', 'toString', undefined])('%s is none', (profile) => {
  expect(() => checkProfile(profile as string)).toThrow(
    expect.objectContaining({ code: 'E_PARENT_OPTION', what: 'unknown profile', got: String(profile) }),
  )
})

test('an instance of qingtian is a random UUID', () => {
  expect(newInstanceId('qingtian')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect(newInstanceId('qingtian')).not.toBe(newInstanceId('qingtian'))
})

test('an instance of nitro is i-0 and 16 random digits', () => {
  expect(newInstanceId('nitro')).toMatch(/^i-0[0-9a-f]{16}$/)
  expect(newInstanceId('nitro')).not.toBe(newInstanceId('nitro'))
})
