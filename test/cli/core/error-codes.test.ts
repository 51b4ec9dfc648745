/** Error codes: their explanations, and the corresponding codes of the clouds' own tools. */
import { describe, expect, test } from 'vitest'
import { EnclaveError } from '../../../src/base/error.ts'
import { documentedCode, documentedError, explainCode } from '../../../src/cli/core/error-codes.ts'
import { NITRO_PROGRAM, QT_PROGRAM } from '../../../src/cli/core/program.ts'
import { ERRORS } from '../../../src/cli/errors/index.ts'
import { LINT_CODES } from '../../../src/kms/policy/lint.ts'

describe('a code of webclave', () => {
  test('maps to the clouds’ codes, and is found only by its full name', () => {
    expect(documentedCode(QT_PROGRAM, 'E_IMAGE_SIGNATURE')).toBe('19')
    expect(documentedCode(NITRO_PROGRAM, 'E_IMAGE_SIGNATURE')).toBe('E59')
    expect(documentedCode(QT_PROGRAM, 'E_STATE_BUSY')).toBe('12')
    for (const code of ['E_IMAGE', 'E_IMAGES', 'E_IMAGE_SIGNATURES', 'E_HEX', 'toString'])
      expect(documentedCode(NITRO_PROGRAM, code), code).toBeUndefined()
  })

  test('is explained with the texts of both clouds', () => {
    expect(explainCode('e_cid_taken')).toEqual({
      Code: 'E_CID_TAKEN',
      Meaning: 'Another enclave uses this CID.',
      Advice: ['Choose another CID, or omit it to get the lowest free one.'],
      QingTian: ['43 The cid has already been used.'],
      Nitro: [expect.stringMatching(/^E33 ./)],
    })
  })

  test('without corresponding codes is explained without the clouds', () => {
    expect(Object.keys(explainCode('E_HEX')!)).toEqual(['Code', 'Meaning', 'Advice'])
  })
})

test('every code that webclave reports is explained, warnings of policies too', () => {
  for (const code of [...Object.keys(ERRORS), ...LINT_CODES]) {
    const { Meaning, Advice } = explainCode(code) as { Meaning: string; Advice: string[] }
    expect(
      [Meaning, ...Advice].every((each) => each.endsWith('.')),
      code,
    ).toBe(true)
  }
})

describe('a cloud’s code', () => {
  test('is explained with our codes, their advice, and each code of the other cloud once', () => {
    const explained = explainCode('E18')!
    expect(explained).toMatchObject({ Code: 'E18', Here: ['E_STATE_MODE', 'E_STATE_OWNER'] })
    expect(explained['QingTian']).toEqual([expect.stringMatching(/^03 ./)])
    expect(explained['Advice']).toHaveLength(2)
  })

  test('that webclave never reports is explained as such', () => {
    expect(explainCode('0')).toBeUndefined()
    expect(explainCode('13')).toEqual({
      Code: '13',
      Text: 'Socket initialization failure.',
      Here: 'webclave never reports this code: it has no such device or step',
    })
  })

  test('may be given without its leading zero', () => {
    expect(explainCode('3')).toMatchObject({ Code: '03' })
    for (const code of ['', '003', '44', 'E61', 'E_NONE']) expect(explainCode(code), code).toBeUndefined()
  })
})

test('an error is followed by the code of the cloud, if it has one', () => {
  const error = new EnclaveError('E_CID_TAKEN', { what: 'taken' })
  expect(documentedError(QT_PROGRAM, error)).toBe('43 The cid has already been used.')
  expect(documentedError(NITRO_PROGRAM, error)).toMatch(/^\[ E33 \] ./)
  expect(documentedError(QT_PROGRAM, new EnclaveError('E_HEX', { what: 'x' }))).toBeUndefined()
  expect(documentedError(QT_PROGRAM, Object.assign(new Error('x'), { code: 'E_CID_TAKEN' }))).toBeUndefined()
})
