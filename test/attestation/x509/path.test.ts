/** Rules of a path that no forged certificate of ours can break: criticality, unknown extensions, algorithms. */
import { expect, test } from 'vitest'
import { type Certificate, readCertificate } from '../../../src/attestation/x509/certificate.ts'
import type { Extensions } from '../../../src/attestation/x509/extensions.ts'
import {
  basicConstraintsFault,
  isoTime,
  keyUsageFault,
  linkFault,
} from '../../../src/attestation/x509/path.ts'
import { forgePath } from '../forge.ts'

const PATH = (await forgePath('nitro')).path.map(readCertificate)

const changed = (at: number, change: Partial<Certificate>) =>
  PATH.map((certificate, index) => (index === at ? { ...certificate, ...change } : certificate))
const withExtensions = (at: number, change: (extensions: Extensions) => Extensions) =>
  changed(at, { extensions: change(PATH[at]!.extensions) })

test('the path itself has no fault', () => {
  expect([linkFault(PATH), basicConstraintsFault(PATH), keyUsageFault(PATH)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('basic constraints of an authority must be critical', () => {
  const path = withExtensions(1, ({ basicConstraints, ...rest }) => ({
    ...rest,
    basicConstraints: { ...basicConstraints!, critical: false },
  }))
  expect(basicConstraintsFault(path)).toMatchObject({ expected: 'critical CA:true', found: 'CA:true' })
})

test('an authority without basic constraints or key usage, a leaf without basic constraints', () => {
  const bare = (at: number) => withExtensions(at, ({ unknownCritical }) => ({ unknownCritical }))
  expect(basicConstraintsFault(bare(2))).toMatchObject({ found: 'no basic constraints' })
  expect(keyUsageFault(bare(2))).toMatchObject({ found: 'no key usage' })
  expect(basicConstraintsFault(bare(4))).toBeUndefined()
})

test('a critical extension that is not understood', () => {
  const path = withExtensions(3, (extensions) => ({ ...extensions, unknownCritical: ['2.5.29.30'] }))
  expect(linkFault(path)).toMatchObject({ found: '2.5.29.30' })
})

test('another algorithm of the signature', () => {
  const path = changed(4, { signatureAlgorithm: '1.2.840.10045.4.3.2' })
  expect(linkFault(path)).toMatchObject({ found: 'P-384, 1.2.840.10045.4.3.2' })
})

test('times that no calendar reaches', () => {
  expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z')
  expect(isoTime(Number.MAX_SAFE_INTEGER)).toBe('9007199254740991 ms')
})
