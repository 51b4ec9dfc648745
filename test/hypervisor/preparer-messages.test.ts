/** What a preparer says of an error: all that it says, and of an error of another kind a few words. */
import { describe, expect, test } from 'vitest'
import { EnclaveError } from '../../src/base/error.ts'
import { refusalOf } from '../../src/hypervisor/preparer-messages.ts'

describe('a refusal between threads', () => {
  test('has all that the error has, and no field that it has not', () => {
    const all = { what: 'it is wrong', expected: 'right', got: 'wrong', hint: 'mend it' }
    expect(refusalOf(new EnclaveError('E_FILE', all))).toStrictEqual({ refusal: { code: 'E_FILE', ...all } })
    expect(refusalOf(new EnclaveError('E_HEX', { what: 'it is wrong' }))).toStrictEqual({
      refusal: { code: 'E_HEX', what: 'it is wrong' },
    })
  })

  test('has what is empty, too', () => {
    const all = { what: '', expected: '', got: '', hint: '' }
    expect(refusalOf(new EnclaveError('E_FILE', all))).toStrictEqual({ refusal: { code: 'E_FILE', ...all } })
  })

  test.each([
    ['an error', new Error('memory'), 'memory'],
    ['no error', 'a word', 'a word'],
    ['nothing', undefined, 'undefined'],
  ])('of %s says that the component cannot be prepared', (_, thrown, got) => {
    expect(refusalOf(thrown)).toStrictEqual({
      refusal: { code: 'E_COMPONENT_LINK', what: 'the component cannot be prepared', got },
    })
  })

  test.each([
    [399, 399],
    [400, 400],
    [401, 400],
  ])('has of %i characters the first %i', (length, kept) => {
    const message = Array.from({ length }, (_, at) => at % 10).join('')
    expect(refusalOf(new Error(message))).toMatchObject({ refusal: { got: message.slice(0, kept) } })
  })
})
