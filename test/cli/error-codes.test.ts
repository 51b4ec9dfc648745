/** What is known of each code, and the line that a cloud's own tool would print. */
import { describe, expect, test } from 'vitest'
import { EnclaveError } from '../../src/base/error.ts'
import { documentedCode, documentedError, explainCode } from '../../src/cli/error-codes.ts'
import { NITRO_VOICE, QT_VOICE } from '../../src/cli/face.ts'

describe('a code of ours', () => {
  test('has the longest beginning that fits, in whole words', () => {
    expect(documentedCode(QT_VOICE, 'E_IMAGE_SIGNATURE_COSE')).toBe('19')
    expect(documentedCode(NITRO_VOICE, 'E_IMAGE_SIGNATURE_COSE')).toBe('E59')
    expect(documentedCode(NITRO_VOICE, 'E_IMAGE_SIGNATURES')).toBe('E35')
    expect(documentedCode(NITRO_VOICE, 'E_IMAGES')).toBeUndefined()
    expect(documentedCode(QT_VOICE, 'E_STATE_BUSY')).toBe('12')
  })

  test('is explained by both clouds’ words for it', () => {
    expect(explainCode('e_cid_taken')).toEqual({
      Code: 'E_CID_TAKEN',
      QingTian: ['43 The cid has already been used.'],
      Nitro: [expect.stringMatching(/^E33 ./)],
      Advice: ['Choose another CID, or give none: the lowest that is free is taken.'],
    })
  })
})

describe('a cloud’s code', () => {
  test('names ours, each of the other cloud’s once, and advice', () => {
    const explained = explainCode('E19')!
    expect(explained).toMatchObject({ Code: 'E19', Here: ['E_FILE', 'E_STATE', 'E_ENV_FILE'] })
    expect(explained['QingTian']).toEqual([expect.stringMatching(/^03 ./)])
    expect(explained['Advice']).toHaveLength(3)
  })

  test('that nothing here ends with says so, and no more', () => {
    expect(explainCode('0')).toBeUndefined()
    const none = ['13', '14', '15', '16'].map(explainCode).find((each) => each && !('Advice' in each))
    expect(none).toEqual({
      Code: expect.any(String),
      Text: expect.any(String),
      Here: 'nothing here ends with this code: there is no such device or step',
    })
  })

  test('may lack its zero where it is one digit', () => {
    expect(explainCode('3')).toMatchObject({ Code: '03' })
    for (const code of ['', '003', '44', 'E61', 'E_NONE']) expect(explainCode(code), code).toBeUndefined()
  })
})

test('the line after an error is each cloud’s own, where it has one', () => {
  const error = new EnclaveError('E_CID_TAKEN', { what: 'taken' })
  expect(documentedError(QT_VOICE, error)).toBe('43 The cid has already been used.')
  expect(documentedError(NITRO_VOICE, error)).toMatch(/^\[ E33 \] ./)
  expect(documentedError(QT_VOICE, new EnclaveError('E_NONE', { what: 'x' }))).toBeUndefined()
  expect(documentedError(QT_VOICE, Object.assign(new Error('x'), { code: 'E_CID_TAKEN' }))).toBeUndefined()
})
