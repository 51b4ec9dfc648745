/** The signature section of an image: its bytes, each value, depth and size at the limit and one beyond. */
import { describe, expect, it } from 'vitest'
import { type Bytes, concatBytes, fromHex, toHex } from '../../src/base/bytes.ts'
import { toPem } from '../../src/encoding/pem.ts'
import { readContainer } from '../../src/image/eif/container.ts'
import { openSource } from '../../src/image/index.ts'
import {
  decodeSignature,
  encodeSignature,
  readSignature,
  signedPayload,
} from '../../src/image/sign/signature.ts'
import { bare } from '../attestation/x509/bare.ts'
import { codeOf, rawEif, text } from './support.ts'

const PEM = toPem(bare())
const CODE = 'E_IMAGE_SIGNATURE'
const hexOf = (value: string) => Buffer.from(value).toString('hex')
const CERTIFICATE = `73${hexOf('signing_certificate')}`
const SIGNATURE = `69${hexOf('signature')}`
/** An array of integers in CBOR: one byte up to 23, two up to 255. */
const list = (bytes: Uint8Array) =>
  `99${bytes.length.toString(16).padStart(4, '0')}${[...bytes].map((byte) => (byte < 24 ? '' : '18') + byte.toString(16).padStart(2, '0')).join('')}`
const PEM_LIST = list(text(PEM))

it('has the expected bytes', () => {
  const section = encodeSignature(PEM, Uint8Array.of(0, 23, 24, 255))
  expect(toHex(section)).toBe(`81a2${CERTIFICATE}${PEM_LIST}${SIGNATURE}840017181818ff`)
  const { certificate, envelope } = decodeSignature(section)
  expect(certificate.der).toEqual(bare())
  expect(envelope).toEqual(Uint8Array.of(0, 23, 24, 255))
})

it('has the expected signed payload', () => {
  expect(toHex(signedPayload(Uint8Array.of(1, 200)))).toBe(
    `a26e${hexOf('register_index')}006e${hexOf('register_value')}820118c8`,
  )
})

describe('reading', () => {
  const section = (signature: string, certificate = PEM_LIST) =>
    fromHex(`81a2${CERTIFICATE}${certificate}${SIGNATURE}${signature}`)

  it.each([
    ['an empty signature', section('80'), ''],
    ['the lowest and highest byte', section('820018ff'), '00ff'],
    ['integers that are not in their shortest form', section('811900ff'), 'ff'],
    ['members in the other order', fromHex(`81a2${SIGNATURE}8105${CERTIFICATE}${PEM_LIST}`), '05'],
  ])('accepts %s', (_, bytes, expected) => expect(toHex(decodeSignature(bytes).envelope)).toBe(expected))

  it.each<[string, Bytes]>([
    ['256', section('81190100')],
    ['-1', section('8120')],
    ['2^53', section('811b0020000000000000')],
    ['a text in the list', section('816161')],
    ['a byte string', section('4105')],
    ['null', section('f6')],
    ['a list in a list', section('8180')],
    ['a certificate as a byte string', section('8105', '4105')],
    ['a list in a list in a list', section('818180')],
    ['an entry that is not a map', fromHex('8100')],
    ['a map instead of an array', fromHex('a0')],
    ['no entry', fromHex('80')],
    ['two entries', fromHex(`82a2${CERTIFICATE}${PEM_LIST}${SIGNATURE}8105a0`)],
    ['one member', fromHex(`81a1${CERTIFICATE}${PEM_LIST}`)],
    ['three members', fromHex(`81a3${CERTIFICATE}${PEM_LIST}${SIGNATURE}8105616100`)],
    ['another member', fromHex(`81a2${CERTIFICATE}${PEM_LIST}616100`)],
    ['a member named by bytes', fromHex(`81a2${CERTIFICATE}${PEM_LIST}49${hexOf('signature')}8105`)],
    ['trailing bytes', concatBytes(section('8105'), fromHex('00'))],
  ])('rejects %s', async (_, bytes) => expect(await codeOf(() => decodeSignature(bytes))).toBe(CODE))
})

it('has at most 32,768 bytes', async () => {
  const of = async (length: number) => {
    const start = `81a2${CERTIFICATE}${PEM_LIST}${SIGNATURE}99`
    const count = length - start.length / 2 - 2
    const data = fromHex(`${start}${count.toString(16).padStart(4, '0')}${'05'.repeat(count)}`)
    expect(data).toHaveLength(length)
    const source = await openSource(
      rawEif([
        { type: 1, data: text('') },
        { type: 2, data: text('') },
        { type: 4, data },
      ]),
    )
    return readSignature(source, await readContainer(source))
  }
  expect((await of(32_768))?.certificate.curve).toBe('P-384')
  expect(await codeOf(() => of(32_769))).toBe(CODE)
  const source = await openSource(
    rawEif([
      { type: 1, data: text('') },
      { type: 2, data: text('') },
    ]),
  )
  expect(await readSignature(source, await readContainer(source))).toBeUndefined()
})
