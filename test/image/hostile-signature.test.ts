/** Signature sections written by an attacker: each is rejected with its error code. */
import { encode } from 'cborg'
import { expect, it } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { measure, verifyImage } from '../../src/image/index.ts'
import { testSigner } from './signer.ts'
import { build, codeOf, text, withSignature } from './support.ts'

const signer = testSigner('secp384r1', 'p384')
const { eif: plain } = await build()
const nested = new Uint8Array(30_000).fill(0x81)
const fourGiB = Uint8Array.of(0x81, 0xa2, 0x7a, 0xff, 0xff, 0xff, 0xff)
const entry = { signing_certificate: [...text(signer.certificatePem)], signature: [1, 2, 3] }
const cases: [string, Uint8Array][] = [
  ['no bytes', new Uint8Array()],
  ['30,000 nested arrays', nested],
  ['a text of 4 GiB', fourGiB],
  ['an array of 2^63', Uint8Array.of(0x9b, 0x80, 0, 0, 0, 0, 0, 0, 0)],
  ['no entry', encode([])],
  ['two entries', encode([entry, entry])],
  ['a map instead of an array', encode(entry)],
  ['a third key', encode([{ ...entry, extra: 1 }])],
  ['another key', encode([{ signature: [1], certificate: [1] }])],
  ['a byte string', encode([{ ...entry, signature: Uint8Array.of(1) }])],
  ['an integer of 256', encode([{ ...entry, signature: [256] }])],
  ['a negative integer', encode([{ ...entry, signature: [-1] }])],
  ['an integer of 2^60', encode([{ ...entry, signature: [2n ** 60n] }])],
  ['a list in a list', encode([{ ...entry, signature: [[1]] }])],
  ['trailing bytes', concatBytes(encode([entry]), Uint8Array.of(0))],
  ['more than 32,768 bytes', encode([{ ...entry, signature: new Array(40_000).fill(1) }])],
]
it.each(cases)('rejects a section of %s', async (_, data) => {
  expect(await codeOf(async () => measure(await withSignature(plain, data)))).toBe('E_IMAGE_SIGNATURE')
})

it('rejects a section with a malformed certificate', async () => {
  const data = encode([{ ...entry, signing_certificate: [1, 2, 3] }])
  expect(await codeOf(async () => measure(await withSignature(plain, data)))).toBe('E_IMAGE_CERTIFICATE')
})

it('rejects a section with a malformed signature', async () => {
  expect(await codeOf(async () => verifyImage(await withSignature(plain, encode([entry]))))).toBe(
    'E_IMAGE_SIGNATURE',
  )
})
