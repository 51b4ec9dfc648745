/** Each rule of a certification path with its error text, including rules that no forged certificate can break. */
import { describe, expect, test } from 'vitest'
import {
  basicConstraintsFault,
  CLOCK_SKEW,
  isoTime,
  keyUsageFault,
  labelOf,
  linkFault,
  pathLengthFault,
  validityFault,
} from '../../../src/attestation/verify/path.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { type Certificate, readCertificate } from '../../../src/encoding/x509/certificate.ts'
import type { Extensions } from '../../../src/encoding/x509/extensions.ts'
import { forgePath } from '../forge.ts'

const PATH = (await forgePath('nitro')).path.map(readCertificate)

const changed = (at: number, change: Partial<Certificate>) =>
  PATH.map((certificate, index) => (index === at ? { ...certificate, ...change } : certificate))
const withExtensions = (at: number, change: (extensions: Extensions) => Extensions) =>
  changed(at, { extensions: change(PATH[at]!.extensions) })

test('a valid path has no fault', () => {
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

test('an authority needs basic constraints and a key usage, a leaf needs no basic constraints', () => {
  const bare = (at: number) => withExtensions(at, ({ unknownCritical }) => ({ unknownCritical }))
  expect(basicConstraintsFault(bare(2))).toMatchObject({ found: 'no basic constraints' })
  expect(keyUsageFault(bare(2))).toMatchObject({ found: 'no key usage' })
  expect(basicConstraintsFault(bare(4))).toBeUndefined()
})

test('an unknown critical extension is refused', () => {
  const path = withExtensions(3, (extensions) => ({ ...extensions, unknownCritical: ['2.5.29.30'] }))
  expect(linkFault(path)).toMatchObject({ found: '2.5.29.30' })
})

test('another signature algorithm is refused', () => {
  const path = changed(4, { signatureAlgorithm: '1.2.840.10045.4.3.2' })
  expect(linkFault(path)).toMatchObject({ found: 'P-384, 1.2.840.10045.4.3.2' })
})

test('a time beyond the range of Date is shown in milliseconds', () => {
  expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z')
  expect(isoTime(Number.MAX_SAFE_INTEGER)).toBe('9007199254740991 ms')
})

describe('a link is refused', () => {
  const [, SECOND] = PATH as [Certificate, Certificate]
  const without = (at: number, name: 'authorityKeyId' | 'subjectKeyId') =>
    withExtensions(at, ({ [name]: _, ...rest }) => rest)

  test('if the key identifiers differ, but not if one is absent', () => {
    const other = withExtensions(1, (extensions) => ({ ...extensions, authorityKeyId: fromHex('aabb') }))
    expect(linkFault(other)).toEqual({
      reason:
        'certificate 1 (r.simulated.nitro-enclaves) has an authority key identifier that does not match its issuer',
      expected: toHex(PATH[0]!.extensions.subjectKeyId!),
      found: 'aabb',
    })
    expect(linkFault(without(1, 'authorityKeyId'))).toBeUndefined()
    expect(linkFault(without(0, 'subjectKeyId'))).toBeUndefined()
  })

  test('if the issuer has another name, for the root too', () => {
    expect(linkFault(changed(0, { issuer: SECOND.subject }))).toEqual({
      reason: 'the root (forged root) is not self-issued',
      expected: 'forged root',
      found: 'r.simulated.nitro-enclaves',
    })
    expect(linkFault(changed(2, { issuer: PATH[0]!.subject }))).toEqual({
      reason: 'certificate 2 (h.zonal.r.simulated.nitro-enclaves) is not issued by the one before it',
      expected: 'r.simulated.nitro-enclaves',
      found: 'forged root',
    })
  })

  test('if the curve or the algorithm is another one', () => {
    expect(linkFault(changed(1, { curve: 'P-256' }))).toEqual({
      reason: 'certificate 1 (r.simulated.nitro-enclaves) is not ECDSA on P-384 with SHA-384',
      expected: 'P-384, 1.2.840.10045.4.3.3',
      found: 'P-256, 1.2.840.10045.4.3.3',
    })
    expect(linkFault(changed(4, { signatureAlgorithm: '1.2.840.10045.4.3.4' }))).toMatchObject({
      reason: 'the leaf (m.r.simulated) is not ECDSA on P-384 with SHA-384',
      found: 'P-384, 1.2.840.10045.4.3.4',
    })
  })

  test('if there are unknown critical extensions, which are all named', () => {
    const path = withExtensions(0, (extensions) => ({ ...extensions, unknownCritical: ['1.2', '1.3'] }))
    expect(linkFault(path)).toEqual({
      reason: 'the root (forged root) has an unknown critical extension',
      expected: 'none',
      found: '1.2, 1.3',
    })
  })
})

describe('the validity is checked at both bounds of', () => {
  const [from, to] = [PATH[0]!.notBefore, PATH[0]!.notAfter]
  test.each([0, 1, 2, 3, 4])('certificate %s', (at) => {
    const label = labelOf(PATH, at)
    const path = changed(at, { notBefore: from + 10, notAfter: to - 10 })
    const expected = `${isoTime(from + 10)} to ${isoTime(to - 10)}`
    for (const moment of [from + 10 - CLOCK_SKEW, to - 10 + CLOCK_SKEW])
      expect(validityFault(path, moment)).toBeUndefined()
    expect(validityFault(path, from + 9 - CLOCK_SKEW)).toEqual({
      reason: `${label} is not valid yet`,
      expected,
      found: isoTime(from + 9 - CLOCK_SKEW),
    })
    expect(validityFault(path, to - 9 + CLOCK_SKEW)).toEqual({
      reason: `${label} has expired`,
      expected,
      found: isoTime(to - 9 + CLOCK_SKEW),
    })
  })
})

describe('basic constraints and path length', () => {
  const constrained = (at: number, critical: boolean, ca: boolean, pathLength?: number) =>
    withExtensions(at, (extensions) => ({ ...extensions, basicConstraints: { critical, ca, pathLength } }))

  test.each([
    [0, true, false, 'critical CA:false'],
    [3, false, false, 'CA:false'],
    [3, false, true, 'CA:true'],
  ])('certificate %s is refused with critical: %s, authority: %s', (at, critical, ca, found) => {
    expect(basicConstraintsFault(constrained(at, critical, ca))).toEqual({
      reason: `${labelOf(PATH, at)} is not an authority`,
      expected: 'critical CA:true',
      found,
    })
  })

  test('the basic constraints of the leaf may be critical or not, but it must not be an authority', () => {
    expect(basicConstraintsFault(constrained(4, true, false))).toBeUndefined()
    expect(basicConstraintsFault(constrained(4, false, false))).toBeUndefined()
    expect(basicConstraintsFault(constrained(4, false, true))).toEqual({
      reason: 'the leaf (m.r.simulated) is an authority',
      expected: 'CA:false',
      found: 'CA:true',
    })
  })

  test.each([
    [0, 3],
    [1, 2],
    [2, 1],
    [3, 0],
  ])('certificate %s may have exactly %s authorities below it', (at, below) => {
    expect(pathLengthFault(constrained(at, true, true, below))).toBeUndefined()
    expect(pathLengthFault(constrained(at, true, true, undefined))).toBeUndefined()
    if (below > 0) {
      expect(pathLengthFault(constrained(at, true, true, below - 1))).toEqual({
        reason: `${labelOf(PATH, at)} has too many authorities below it`,
        expected: `at most ${below - 1}`,
        found: `${below}`,
      })
    }
  })

  test('the leaf may have the path length 0', () => {
    expect(pathLengthFault(constrained(4, true, false, 0))).toBeUndefined()
  })
})

describe('key usage', () => {
  const used = (at: number, ...bits: number[]) =>
    withExtensions(at, (extensions) => ({
      ...extensions,
      keyUsage: { critical: true, bits: new Set(bits) },
    }))

  test.each([0, 1, 2, 3])('certificate %s needs keyCertSign (bit 5)', (at) => {
    expect(keyUsageFault(used(at, 5))).toBeUndefined()
    const reason = `${labelOf(PATH, at)} may not sign certificates`
    expect(keyUsageFault(used(at, 0, 1, 2, 3, 4, 6, 7, 8))).toEqual({
      reason,
      expected: 'keyCertSign',
      found: 'bits 0, 1, 2, 3, 4, 6, 7, 8',
    })
    expect(keyUsageFault(used(at))).toEqual({ reason, expected: 'keyCertSign', found: 'bits none' })
  })

  test('the leaf needs digitalSignature (bit 0)', () => {
    expect(keyUsageFault(used(4, 0))).toBeUndefined()
    expect(keyUsageFault(used(4, 1, 2, 3, 4, 5, 6, 7, 8))).toEqual({
      reason: 'the leaf (m.r.simulated) may not sign documents',
      expected: 'digitalSignature',
      found: 'bits 1, 2, 3, 4, 5, 6, 7, 8',
    })
  })
})

test('certificates have these labels in texts', () => {
  expect(PATH.map((_, index) => labelOf(PATH, index))).toEqual([
    'the root (forged root)',
    'certificate 1 (r.simulated.nitro-enclaves)',
    'certificate 2 (h.zonal.r.simulated.nitro-enclaves)',
    'certificate 3 (i.r.simulated)',
    'the leaf (m.r.simulated)',
  ])
  expect(labelOf(PATH.slice(0, 1), 0)).toBe('the root (forged root)')
})
