/** The formats in which a caller can give trusted roots. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { AWS_NITRO_ROOT, HUAWEI_QINGTIAN_ROOT } from '../../../src/attestation/index.ts'
import { fingerprint, fingerprintsOf, type TrustedRoot } from '../../../src/attestation/verify/roots.ts'
import { toPem } from '../../../src/encoding/pem.ts'
import { forgePath } from '../forge.ts'

const { path } = await forgePath('nitro')
const [one, two] = path as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const [first, second] = [sha256(one), sha256(two)]
const refused = (message: string) =>
  expect.objectContaining({ code: 'E_VERIFY_ROOTS', message: expect.stringContaining(message) })

test('the fingerprint of a root is its SHA-256', async () => {
  expect(await fingerprint(one)).toBe(first)
  expect(await fingerprint(two)).toBe(second)
})

test.each<[string, TrustedRoot | readonly TrustedRoot[], readonly string[]]>([
  ['DER', one, [first]],
  ['PEM', toPem(one), [first]],
  ['two in one PEM, with other text between', `# one\n${toPem(one)}# two\n${toPem(two)}`, [first, second]],
  ['SHA-256', first, [first]],
  [
    'SHA-256 in upper case, with colons and spaces',
    ` ${first.toUpperCase().replace(/..(?=.)/g, '$&:')}\n`,
    [first],
  ],
  ['a list of all formats', [one, toPem(two), AWS_NITRO_ROOT], [first, second, AWS_NITRO_ROOT]],
  ['the same twice', [one, first], [first]],
])('a root may be given as %s', async (_, roots, expected) => {
  expect([...(await fingerprintsOf(roots))]).toEqual(expected)
})

describe('a root is refused if it is', () => {
  test.each<[string, unknown, string]>([
    ['missing', undefined, 'the root is missing'],
    ['an object', { length: 1 }, 'the root is missing'],
    ['an empty list', [], 'the root is missing'],
    ['a number in a list', [5], 'a root has the type number'],
    ['a word', 'aws', 'a root is neither PEM nor SHA-256: aws'],
    ['63 digits', first.slice(1), 'a root is neither PEM nor SHA-256'],
    ['65 digits', `${first}0`, 'a root is neither PEM nor SHA-256'],
    ['64 letters', 'g'.repeat(64), `a root is neither PEM nor SHA-256: ${'g'.repeat(40)};`],
  ])('%s', (_, roots, message) => {
    expect(() => fingerprintsOf(roots as TrustedRoot)).toThrow(refused(message))
  })

  test('a malformed certificate, in DER or PEM', () => {
    const der = expect.objectContaining({ code: 'E_CERTIFICATE_DER' })
    expect(() => fingerprintsOf(one.subarray(1))).toThrow(der)
    expect(() => fingerprintsOf(toPem(one.subarray(1)))).toThrow(der)
  })
})

test('the roots of the clouds have these fingerprints', () => {
  expect(AWS_NITRO_ROOT).toBe('641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b')
  expect(HUAWEI_QINGTIAN_ROOT).toBe('f23443b4eb52a70719df49bdda0e57bb25f1c04530885dbecdbde241c8c4f581')
})
