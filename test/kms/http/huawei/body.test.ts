/** The members of bodies in Huawei's API: accepted at their limits, and refused beyond. */
import { describe, expect, test } from 'vitest'
import { Body, released } from '../../../../src/kms/http/huawei/body.ts'

/** The result of `read`, or the code of its error. */
const outcomeOf = (read: () => unknown): unknown => {
  try {
    return read()
  } catch (error) {
    return (error as { code: string }).code
  }
}
const x = (length: number) => 'x'.repeat(length)

describe('a body', () => {
  test.each<[sequence: unknown, outcome: unknown]>([
    [x(1), undefined],
    [x(36), undefined],
    ['', 'E_KMS_VALIDATION'],
    [x(37), 'E_KMS_VALIDATION'],
    [7, 'E_KMS_TYPE'],
  ])('may have a sequence of 1 to 36 characters: %j', (sequence, outcome) => {
    expect(outcomeOf(() => new Body({ sequence }).requireOnly([]))).toBe(outcome)
  })

  test('has no unknown members, unless they are null', () => {
    const body = new Body({ key_id: 'k', other: null, more: 1 })
    expect(outcomeOf(() => body.requireOnly(['key_id', 'more']))).toBeUndefined()
    expect(outcomeOf(() => body.requireOnly(['key_id']))).toBe('E_KMS_UNSUPPORTED')
    expect([body.any('key_id'), body.any('other'), body.any('toString')]).toEqual(['k', undefined, undefined])
  })

  test.each<[value: unknown, outcome: unknown]>([
    ['one', undefined],
    ['two', undefined],
    [null, undefined],
    ['three', 'E_KMS_UNSUPPORTED'],
    [x(255), 'E_KMS_UNSUPPORTED'],
    [x(256), 'E_KMS_VALIDATION'],
    [1, 'E_KMS_TYPE'],
  ])('accepts a member without effect only with the value that applies anyway: %j', (value, outcome) => {
    expect(outcomeOf(() => new Body({ part: value }).requireInert('part', 'one', 'two'))).toBe(outcome)
  })
})

describe('a member', () => {
  type Encoding = 'hex' | 'base64' | 'utf8' | 'flag' | 'size' | 'number' | 'bits'
  const read = (name: Encoding, part: unknown) => outcomeOf(() => new Body({ part })[name]('part'))

  test.each<[Encoding, unknown, unknown]>([
    ['hex', '00fF', Uint8Array.of(0, 255)],
    ['hex', '', new Uint8Array(0)],
    ['hex', '0', 'E_KMS_TYPE'],
    ['hex', '0g', 'E_KMS_TYPE'],
    ['hex', 7, 7],
    ['base64', 'AQI=', Uint8Array.of(1, 2)],
    ['base64', 'AQ==', Uint8Array.of(1)],
    ['base64', '', new Uint8Array(0)],
    ['base64', 'AQ', 'E_KMS_TYPE'],
    ['base64', 'A===', 'E_KMS_TYPE'],
    ['base64', 'AQI=AQI=', 'E_KMS_TYPE'],
    ['base64', '-_==', 'E_KMS_TYPE'],
    ['utf8', 'ä', Uint8Array.of(0xc3, 0xa4)],
    ['utf8', '\ud800', 'E_KMS_VALIDATION'],
    ['utf8', null, undefined],
    ['flag', true, true],
    ['flag', false, false],
    ['flag', undefined, true],
    ['flag', 'true', 'E_KMS_TYPE'],
    ['size', 1, 1],
    ['size', '1024', 1024],
    ['size', 0, 'E_KMS_VALIDATION'],
    ['size', 1025, 'E_KMS_VALIDATION'],
    ['size', 1.5, 'E_KMS_TYPE'],
    ['size', undefined, undefined],
    ['number', '123456789', 123_456_789],
    ['number', '1234567890', '1234567890'],
    ['number', '', ''],
    ['number', '-1', '-1'],
    ['number', 5, 5],
    ['bits', 256, 32],
    ['bits', '8', 1],
    ['bits', 0, 0],
    ['bits', 12, 'E_KMS_VALIDATION'],
    ['bits', 'many', 'many'],
  ])('is read as %s: %j', (name, part, outcome) => {
    expect(read(name, part)).toEqual(outcome)
  })

  test('with the context is an object, or a string that stands for a context of one name, but not both', () => {
    const context = (body: Record<string, unknown>, prefix?: string) =>
      outcomeOf(() => new Body(body).context(prefix))
    expect(context({ encryption_context: { a: 'b' } })).toEqual({ a: 'b' })
    expect(context({ additional_authenticated_data: 'x' })).toEqual({ additional_authenticated_data: 'x' })
    expect(context({})).toBeUndefined()
    expect(context({ encryption_context: {}, additional_authenticated_data: 'x' })).toBe('E_KMS_VALIDATION')
    expect(context({ source_encryption_context: { a: 'b' } }, 'source_')).toEqual({ a: 'b' })
    expect(context({ encryption_context: { a: 'b' } }, 'source_')).toBeUndefined()
  })

  test('with the recipient has a document in base64, an algorithm, and nothing else', () => {
    const recipient = (value: unknown) => outcomeOf(() => new Body({ recipient: value }).recipient())
    expect(recipient({ attestation_document: 'AQI=', key_encryption_algorithm: 'A' })).toEqual({
      attestationDocument: Uint8Array.of(1, 2),
      keyEncryptionAlgorithm: 'A',
    })
    expect(recipient({ attestation_document: 'AQI=', other: 1 })).toBe('E_KMS_UNSUPPORTED')
    expect(recipient(undefined)).toBeUndefined()
    expect(recipient('text')).toBe('text')
  })
})

test('a released plaintext is hexadecimal, or has the requested encoding, or is only in the envelope', () => {
  const plaintext = Uint8Array.of(1, 255)
  expect(released({ plaintext }, 'plain_text')).toEqual({ plain_text: '01ff' })
  expect(released({ plaintext }, 'plain_text', (bytes) => String(bytes.length))).toEqual({ plain_text: '2' })
  expect(released({ ciphertextForRecipient: Uint8Array.of(1), plaintext }, 'plain_text')).toEqual({
    ciphertext_recipient: 'AQ==',
  })
  expect(released({}, 'plain_text')).toEqual({})
})
