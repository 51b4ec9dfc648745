/** How a preparer reports an error to its owner: an EnclaveError completely, any other error as a short text. */
import { describe, expect, test } from 'vitest'
import { EnclaveError } from '../../src/base/error.ts'
import { refusalOf } from '../../src/hypervisor/preparer-messages.ts'

describe('an error passed between threads', () => {
  test('keeps all fields that it has, and gets no others', () => {
    const all = { what: 'it is wrong', expected: 'right', got: 'wrong', hint: 'mend it' }
    expect(refusalOf(new EnclaveError('E_FILE', all))).toStrictEqual({ refusal: { code: 'E_FILE', ...all } })
    expect(refusalOf(new EnclaveError('E_HEX', { what: 'it is wrong' }))).toStrictEqual({
      refusal: { code: 'E_HEX', what: 'it is wrong' },
    })
  })

  test('keeps empty fields', () => {
    const all = { what: '', expected: '', got: '', hint: '' }
    expect(refusalOf(new EnclaveError('E_FILE', all))).toStrictEqual({ refusal: { code: 'E_FILE', ...all } })
  })

  test.each([
    ['an Error', new Error('memory'), 'memory'],
    ['a string', 'a word', 'a word'],
    ['undefined', undefined, 'undefined'],
  ])('that is %s becomes "the component cannot be prepared"', (_, thrown, got) => {
    expect(refusalOf(thrown)).toStrictEqual({
      refusal: { code: 'E_COMPONENT_LINK', what: 'the component cannot be prepared', got },
    })
  })

  test.each([
    [399, 399],
    [400, 400],
    [401, 400],
  ])('with a message of %i characters keeps the first %i', (length, kept) => {
    const message = Array.from({ length }, (_, at) => at % 10).join('')
    expect(refusalOf(new Error(message))).toMatchObject({ refusal: { got: message.slice(0, kept) } })
  })
})
