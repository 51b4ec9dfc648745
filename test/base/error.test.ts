/** EnclaveError: its message, its fields and its cause. */
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { EnclaveError } from '../../src/base/error.ts'

test('the message of an error contains its code and all given parts', () => {
  const parts = { what: 'CID 4 is in use', expected: 'a free CID', got: '4', hint: 'leave it out' }
  const error = new EnclaveError('E_CID_TAKEN', parts)
  expect(error).toBeInstanceOf(Error)
  expect(String(error)).toBe(
    'EnclaveError: E_CID_TAKEN: CID 4 is in use; expected a free CID; got 4; leave it out',
  )
  const { code, expected, got, hint } = error
  expect({ code, expected, got, hint }).toEqual({
    code: 'E_CID_TAKEN',
    expected: 'a free CID',
    got: '4',
    hint: 'leave it out',
  })
  expect(new EnclaveError('E_FILE', { what: 'it broke' }).message).toBe('E_FILE: it broke')
})

test('an error has a cause only if one was given', () => {
  const cause = new Error('beneath')
  expect(new EnclaveError('E_FILE', { what: 'it broke', cause }).cause).toBe(cause)
  expect('cause' in new EnclaveError('E_FILE', { what: 'it broke' })).toBe(false)
})

test('a printed error shows the clauses that it has, and no others', () => {
  const shown = inspect(new EnclaveError('E_FILE', { what: 'gone', got: 'nothing' }))
  expect(shown).toContain("got: 'nothing'")
  expect(shown).not.toMatch(/expected|hint|undefined/)
  expect(new EnclaveError('E_FILE', { what: 'gone' })).toMatchObject({ expected: undefined, hint: undefined })
})
