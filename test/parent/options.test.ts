/** The two profiles, and the format of a new instance's ID in each cloud. */
import { expect, test } from 'vitest'
import { checkProfile, newInstanceId } from '../../src/parent/options.ts'

test.each(['qingtian', 'nitro'])('the profile %s is accepted', (profile) => {
  expect(checkProfile(profile)).toBe(profile)
})

test.each(['', 'sgx', 'Nitro', 'toString', undefined])('the profile %s is refused', (profile) => {
  expect(() => checkProfile(profile as string)).toThrow(
    expect.objectContaining({ code: 'E_PARENT_OPTION', what: 'unknown profile', got: String(profile) }),
  )
})

test('an instance ID in qingtian is a random UUID', () => {
  expect(newInstanceId('qingtian')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect(newInstanceId('qingtian')).not.toBe(newInstanceId('qingtian'))
})

test('an instance ID in nitro is i-0 and 16 random hexadecimal digits', () => {
  expect(newInstanceId('nitro')).toMatch(/^i-0[0-9a-f]{16}$/)
  expect(newInstanceId('nitro')).not.toBe(newInstanceId('nitro'))
})
