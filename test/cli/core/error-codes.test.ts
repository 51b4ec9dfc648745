/** What is known of each code, and the line that a cloud's own tool would print. */
import { describe, expect, test } from 'vitest'
import { EnclaveError } from '../../../src/base/error.ts'
import { documentedCode, documentedError, explainCode } from '../../../src/cli/core/error-codes.ts'
import { NITRO_PROGRAM, QT_PROGRAM } from '../../../src/cli/core/program.ts'

describe('a code of ours', () => {
  test('has the clouds’ codes where they have one, and is known whole only', () => {
    expect(documentedCode(QT_PROGRAM, 'E_IMAGE_SIGNATURE')).toBe('19')
    expect(documentedCode(NITRO_PROGRAM, 'E_IMAGE_SIGNATURE')).toBe('E59')
    expect(documentedCode(QT_PROGRAM, 'E_STATE_BUSY')).toBe('12')
    for (const code of ['E_IMAGE', 'E_IMAGES', 'E_IMAGE_SIGNATURES', 'E_HEX', 'toString'])
      expect(documentedCode(NITRO_PROGRAM, code), code).toBeUndefined()
  })

  test('is explained by both clouds’ words for it', () => {
    expect(explainCode('e_cid_taken')).toEqual({
      Code: 'E_CID_TAKEN',
      Meaning: 'Another enclave has the CID.',
      Advice: ['Choose another CID, or give none: the lowest that is free is taken.'],
      QingTian: ['43 The cid has already been used.'],
      Nitro: [expect.stringMatching(/^E33 ./)],
    })
  })

  test('that no cloud has a code for says so by leaving it out', () => {
    expect(Object.keys(explainCode('E_HEX')!)).toEqual(['Code', 'Meaning', 'Advice'])
  })
})

describe('a cloud’s code', () => {
  test('names ours, each with its advice, and each of the other cloud’s once', () => {
    const explained = explainCode('E18')!
    expect(explained).toMatchObject({ Code: 'E18', Here: ['E_STATE_MODE', 'E_STATE_OWNER'] })
    expect(explained['QingTian']).toEqual([expect.stringMatching(/^03 ./)])
    expect(explained['Advice']).toHaveLength(2)
  })

  test('that nothing here ends with says so, and no more', () => {
    expect(explainCode('0')).toBeUndefined()
    expect(explainCode('13')).toEqual({
      Code: '13',
      Text: 'Socket initialization failure.',
      Here: 'no error of webclave has this code: there is no such device or step here',
    })
  })

  test('may lack its zero where it is one digit', () => {
    expect(explainCode('3')).toMatchObject({ Code: '03' })
    for (const code of ['', '003', '44', 'E61', 'E_NONE']) expect(explainCode(code), code).toBeUndefined()
  })
})

test('the line after an error is each cloud’s own, where it has one', () => {
  const error = new EnclaveError('E_CID_TAKEN', { what: 'taken' })
  expect(documentedError(QT_PROGRAM, error)).toBe('43 The cid has already been used.')
  expect(documentedError(NITRO_PROGRAM, error)).toMatch(/^\[ E33 \] ./)
  expect(documentedError(QT_PROGRAM, new EnclaveError('E_HEX', { what: 'x' }))).toBeUndefined()
  expect(documentedError(QT_PROGRAM, Object.assign(new Error('x'), { code: 'E_CID_TAKEN' }))).toBeUndefined()
})
