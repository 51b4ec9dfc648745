/** The list of checks in a verdict: their order, results and reasons. */
import { expect, test } from 'vitest'
import type { AttestationDocument } from '../../../src/attestation/document.ts'
import { CHECK_NAMES, Ledger } from '../../../src/attestation/verify/verdict.ts'
import { EnclaveError } from '../../../src/base/error.ts'

const DOCUMENT = { moduleId: 'i-0-enc0' } as unknown as AttestationDocument

const checksOf = (fill: (ledger: Ledger) => void, document?: AttestationDocument) => {
  const ledger = new Ledger()
  fill(ledger)
  return ledger.verdict(document)
}

test('there are eighteen checks in this order', () => {
  expect(CHECK_NAMES.join(', ')).toBe(
    'CBOR, COSE header, payload schema, digest, PCR shape, chain links, validity, basicConstraints, path length, key usage, root pinned, signature, freshness, nonce, PCR policy, debug, public key, user data',
  )
})

test('checks are listed in their order, numbered from 1', () => {
  const verdict = checksOf((ledger) => {
    ledger.pass('user data', 'c')
    ledger.pass('CBOR', 'a')
    ledger.judge('nonce', undefined, 'b')
  }, DOCUMENT)
  expect(verdict).toEqual({
    ok: true,
    checks: [
      { number: 1, name: 'CBOR', ok: true, reason: 'a' },
      { number: 14, name: 'nonce', ok: true, reason: 'b' },
      { number: 18, name: 'user data', ok: true, reason: 'c' },
    ],
    document: DOCUMENT,
  })
})

test('a verdict without a document is never ok', () => {
  expect(checksOf((ledger) => ledger.pass('CBOR', 'a')).ok).toBe(false)
})

test('the first failure of a check counts, otherwise its last pass', () => {
  const verdict = checksOf((ledger) => {
    ledger.pass('CBOR', 'passed')
    ledger.judge('CBOR', { reason: 'first', expected: 'x', found: 'y' }, 'passed')
    ledger.fail('CBOR', 'second')
    ledger.pass('CBOR', 'passed again')
    ledger.pass('digest', 'one')
    ledger.pass('digest', 'two')
  })
  expect(verdict).toMatchObject({ ok: false })
  expect(verdict.checks).toEqual([
    { number: 1, name: 'CBOR', ok: false, reason: 'first', expected: 'x', found: 'y' },
    { number: 4, name: 'digest', ok: true, reason: 'two' },
  ])
})

test('the expected and found values of an error are separate from its message', () => {
  const parts = [{ what: 'no' }, { what: 'no', expected: 'yes' }, { what: 'no', got: 'maybe' }] as const
  const all = { what: 'no', expected: 'yes', got: 'maybe', hint: 'try' }
  const checks = [...parts, all].map(
    (each) => checksOf((ledger) => ledger.failWith('CBOR', new EnclaveError('E_FILE', each))).checks[0],
  )
  const check = { number: 1, name: 'CBOR', ok: false, reason: 'E_FILE: no' }
  expect(checks).toEqual([
    check,
    { ...check, expected: 'yes' },
    { ...check, found: 'maybe' },
    { ...check, expected: 'yes', found: 'maybe' },
  ])
  expect(checksOf((ledger) => ledger.failWith('CBOR', new TypeError('oh'))).checks[0]?.reason).toBe(
    'unexpected error: TypeError: oh',
  )
})

test('checks that were not reached fail, the others keep their result', () => {
  const { checks } = checksOf((ledger) => {
    ledger.pass('CBOR', 'good')
    ledger.fail('digest', 'bad')
    ledger.notReached(['CBOR', 'digest', 'nonce'], 'why')
  })
  expect(checks.map(({ name, ok, reason }) => [name, ok, reason])).toEqual([
    ['CBOR', true, 'good'],
    ['digest', false, 'bad'],
    ['nonce', false, 'not reached: why'],
  ])
})
