/** Answers of a KMS as the SDK reads them: a member of another type than the cloud's is left out. */
import { expect, test } from 'vitest'
import { AWS, huawei } from '../../src/sdk/kms/dialects.ts'

const WANTED = { operation: 'decrypt', ciphertext: new Uint8Array(1) } as never

test.each([
  ['AWS', AWS, 'KeyId'],
  ['Huawei', huawei('0123456789abcdef'), 'key_id'],
])('%s: a key ID is text, or undefined', (_, dialect, name) => {
  expect(dialect.read(WANTED, { [name]: 'a' }).keyId).toBe('a')
  for (const value of [5, null, { a: 1 }, ['a']])
    expect(dialect.read(WANTED, { [name]: value }).keyId).toBeUndefined()
})

test('a refusal names its code and message only if they are text', () => {
  expect(AWS.refusal({ __type: 'AccessDenied', message: 'no' })).toBe('AccessDenied: no')
  expect(AWS.refusal({ __type: { a: 1 }, message: 5 })).toBe('an error: ')
  expect(huawei('p').refusal({ error_code: ['KMS.0301'], error_msg: null })).toBe('an error: ')
})
