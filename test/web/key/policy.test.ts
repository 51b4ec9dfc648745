/** The policies that the page writes for keys. */
import { describe, expect, test } from 'vitest'
import { lintPolicy } from '../../../src/kms/index.ts'
import { policyFor, withPcr0 } from '../../../web/key/policy.ts'

const PRINCIPAL = 'arn:aws:iam::000000000000:role/enclave'
const A = '0a'.repeat(48)
const B = '0b'.repeat(48)
const statements = (policy: string) => JSON.parse(policy).Statement as { Sid?: string; Condition?: object }[]

describe('a policy', () => {
  test.each([undefined, A])('with PCR0 %s has no findings', (pcr0) => {
    expect(lintPolicy(policyFor(PRINCIPAL, pcr0))).toEqual([])
  })

  test('gets the PCR0 of an enclave in place of the one before', () => {
    const policy = withPcr0(policyFor(PRINCIPAL, A), PRINCIPAL, B)
    expect(policy).toBe(policyFor(PRINCIPAL, B))
    expect(policy).not.toContain(A)
  })

  test('keeps its other statements', () => {
    const own = JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: 'Mine' }, null, 3] })
    expect(statements(withPcr0(own, PRINCIPAL, A)).map(({ Sid }) => Sid)).toEqual(['Mine', 'OnlyThisEnclave'])
  })

  test.each(['', '{', '[]', 'null', '{"Statement":3}'])('that is %j is replaced', (text) => {
    expect(withPcr0(text, PRINCIPAL, A)).toBe(policyFor(PRINCIPAL, A))
  })
})
