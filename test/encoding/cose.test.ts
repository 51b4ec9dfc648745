/** COSE_Sign1 (RFC 9052 and 9053), and test cases of veraison/go-cose if the vectors are available. */
import { p384 } from '@noble/curves/nist.js'
import { describe, expect, test } from 'vitest'
import { type Bytes, fromHex, toHex } from '../../src/base/bytes.ts'
import { decodeSign1, signSign1, sigStructure, verifySign1 } from '../../src/encoding/cose.ts'
import { CURVES, type CurveName, reverseHalves } from '../../src/encoding/ecdsa.ts'
import { haveVectors, vectorJson } from '../attestation/vectors.ts'

const PAYLOAD = new TextEncoder().encode('This is the content.')

const keysOn = (namedCurve: CurveName) =>
  crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify'])

describe('a signature', () => {
  test.each([
    [-7, 'P-256', 'a10126'],
    [-35, 'P-384', 'a1013822'],
    [-36, 'P-521', 'a1013823'],
  ] as const)(
    'of algorithm %s on %s verifies only with its key and byte order',
    async (algorithm, curve, header) => {
      const { privateKey, publicKey } = await keysOn(curve)
      const envelope = await signSign1({ key: privateKey, algorithm, payload: PAYLOAD })
      const sign1 = decodeSign1(envelope)
      expect(sign1).toMatchObject({ tagged: false, algorithm })
      expect(toHex(sign1.protectedHeader)).toBe(header)
      expect(toHex(sign1.payload)).toBe(toHex(PAYLOAD))
      expect(sign1.signature.byteLength).toBe(2 * CURVES[curve].half)
      expect(await verifySign1(sign1, publicKey)).toBe(true)
      expect(await verifySign1(sign1, publicKey, 'little')).toBe(false)
      const other = await keysOn(curve)
      expect(await verifySign1(sign1, other.publicKey)).toBe(false)
    },
  )

  test('verifies with noble in both byte orders', async () => {
    const { privateKey, publicKey } = await keysOn('P-384')
    const point = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))
    for (const order of ['big', 'little'] as const) {
      const sign1 = decodeSign1(await signSign1({ key: privateKey, algorithm: -35, payload: PAYLOAD, order }))
      const signed = sigStructure(sign1.protectedHeader, sign1.payload)
      const noble = (signature: Bytes) => p384.verify(signature, signed, point, { lowS: false })
      expect(noble(order === 'big' ? sign1.signature : reverseHalves(sign1.signature))).toBe(true)
      expect(noble(order === 'big' ? reverseHalves(sign1.signature) : sign1.signature)).toBe(false)
      expect(await verifySign1(sign1, publicKey, order)).toBe(true)
    }
  })

  test('covers the header as received, including wide integers', async () => {
    const { privateKey, publicKey } = await keysOn('P-384')
    const protectedHeader = fromHex('a11a000000013a00000022')
    const request = { key: privateKey, algorithm: -35, payload: PAYLOAD, protectedHeader }
    const sign1 = decodeSign1(await signSign1(request))
    expect(await verifySign1(sign1, publicKey)).toBe(true)
    expect(await verifySign1({ ...sign1, protectedHeader: fromHex('a1013822') }, publicKey)).toBe(false)
  })

  test('needs a key on the curve of the algorithm', async () => {
    const { privateKey, publicKey } = await keysOn('P-256')
    const refusal = expect.objectContaining({ code: 'E_COSE_KEY' })
    await expect(signSign1({ key: privateKey, algorithm: -35, payload: PAYLOAD })).rejects.toEqual(refusal)
    await expect(signSign1({ key: privateKey, algorithm: -8, payload: PAYLOAD })).rejects.toEqual(refusal)
    const p384Keys = await keysOn('P-384')
    const sign1 = decodeSign1(await signSign1({ key: p384Keys.privateKey, algorithm: -35, payload: PAYLOAD }))
    await expect(verifySign1(sign1, publicKey)).rejects.toEqual(refusal)
  })
})

describe('an invalid COSE_Sign1 is refused:', () => {
  const signature = `5860${'11'.repeat(96)}`
  test.each([
    ['another tag', `d18443a10126a040${signature}`, 'E_COSE_TAG'],
    ['a map', 'a0', 'E_COSE_SHAPE'],
    ['three items', '8344a1013822a040', 'E_COSE_SHAPE'],
    ['five items', `8544a1013822a040${signature}40`, 'E_COSE_SHAPE'],
    ['an indefinite array', `9f44a1013822a040${signature}ff`, 'E_COSE_SHAPE'],
    ['a header that is a map', `84a1013822a040${signature}`, 'E_COSE_SHAPE'],
    ['an unprotected header that is null', `8444a1013822f640${signature}`, 'E_COSE_SHAPE'],
    ['a detached payload', `8444a1013822a0f6${signature}`, 'E_COSE_SHAPE'],
    ['a signature that is null', '8444a1013822a040f6', 'E_COSE_SHAPE'],
    ['a header without bytes', `8440a040${signature}`, 'E_COSE_HEADER'],
    ['an empty header', `8441a0a040${signature}`, 'E_COSE_HEADER'],
    ['a header with trailing bytes', `8445a101382200a040${signature}`, 'E_CBOR_TRAILING'],
    ['a header with two entries', `8446a20138220400a040${signature}`, 'E_COSE_HEADER'],
    ['a header that is an array', `8443820126a040${signature}`, 'E_COSE_SHAPE'],
    ['the algorithm twice', `8445a201260126a040${signature}`, 'E_CBOR_DUPLICATE_KEY'],
    ['EdDSA', `8443a10127a040${signature}`, 'E_COSE_ALGORITHM'],
    ['an algorithm by name', `8448a101654553333834a040${signature}`, 'E_COSE_ALGORITHM'],
    ['the algorithm unprotected', `8444a1013822a101382240${signature}`, 'E_COSE_UNPROTECTED'],
    ['a short signature', `8444a1013822a0405840${'00'.repeat(64)}`, 'E_COSE_SIGNATURE_LENGTH'],
    ['trailing bytes', `8444a1013822a040${signature}00`, 'E_CBOR_TRAILING'],
  ])('%s', (_, hex, code) => {
    expect(() => decodeSign1(fromHex(hex))).toThrow(expect.objectContaining({ code }))
  })
})

describe('an envelope', () => {
  const signatureOf = (length: number) => `58${length.toString(16)}${'11'.repeat(length)}`
  const envelope = (header: string, signature: string, unprotected = 'a0') =>
    fromHex(`84${(0x40 | (header.length / 2)).toString(16)}${header}${unprotected}4105${signature}`)

  test.each([
    ['a10126', -7, 64],
    ['a1013822', -35, 96],
    ['a1013823', -36, 132],
    ['a1011a00000006', undefined, 64],
    ['a10125', undefined, 64],
    ['a1013821', undefined, 96],
    ['a1013824', undefined, 132],
    ['a1011b0020000000000000', undefined, 64],
  ])(
    'with the header %s has a known algorithm and its signature length, or is refused',
    (header, algorithm, length) => {
      if (algorithm === undefined) {
        expect(() => decodeSign1(envelope(header, signatureOf(length)))).toThrow(
          expect.objectContaining({ code: 'E_COSE_ALGORITHM' }),
        )
        return
      }
      expect(decodeSign1(envelope(header, signatureOf(length)))).toMatchObject({ algorithm, tagged: false })
      for (const other of [length - 1, length + 1]) {
        expect(() => decodeSign1(envelope(header, signatureOf(other)))).toThrow(
          expect.objectContaining({ code: 'E_COSE_SIGNATURE_LENGTH' }),
        )
      }
    },
  )

  test.each([
    ['another label', 'a10226', 'a0', 'E_COSE_HEADER'],
    ['label 0', 'a10026', 'a0', 'E_COSE_HEADER'],
    ['a label that is text', 'a1613126', 'a0', 'E_COSE_HEADER'],
    ['two labels', 'a201260405', 'a0', 'E_COSE_HEADER'],
    ['a header of indefinite length', 'bf0126ff', 'a0', 'E_COSE_SHAPE'],
    ['a header that is a number', '05', 'a0', 'E_COSE_SHAPE'],
    ['the algorithm in the unprotected header', 'a10126', 'a10126', 'E_COSE_UNPROTECTED'],
    [
      'the algorithm as the second entry of the unprotected header',
      'a10126',
      'a204050126',
      'E_COSE_UNPROTECTED',
    ],
  ])('with %s is refused', (_, header, unprotected, code) => {
    expect(() => decodeSign1(envelope(header, signatureOf(64), unprotected))).toThrow(
      expect.objectContaining({ code }),
    )
  })

  test.each(['a10405', 'a1613105', 'a1413105', 'a0', 'bfff'])(
    'may have the unprotected header %s',
    (unprotected) => {
      expect(decodeSign1(envelope('a10126', signatureOf(64), unprotected)).unprotected.kind).toBe('map')
    },
  )

  test('may have tag 18, but not 17 or 19', () => {
    const bare = toHex(envelope('a10126', signatureOf(64)))
    expect(decodeSign1(fromHex(`d2${bare}`))).toMatchObject({ tagged: true })
    for (const tag of ['d1', 'd3']) {
      expect(() => decodeSign1(fromHex(tag + bare))).toThrow(expect.objectContaining({ code: 'E_COSE_TAG' }))
    }
  })

  test('is signed over these bytes', () => {
    expect(toHex(sigStructure(fromHex('a10126'), fromHex('0506')))).toBe(
      '846a5369676e61747572653143a1012640420506',
    )
    const long = new Uint8Array(300)
    expect(toHex(sigStructure(fromHex(''), long))).toBe(
      `846a5369676e6174757265314040${'59012c'}${'00'.repeat(300)}`,
    )
  })

  test('is written with these bytes, tagged or not', async () => {
    const { privateKey: key } = await keysOn('P-256')
    const plain = toHex(await signSign1({ key, algorithm: -7, payload: fromHex('05') }))
    expect(plain).toMatch(/^8443a10126a041055840[0-9a-f]{128}$/)
    const tagged = {
      key,
      algorithm: -7,
      payload: fromHex('05'),
      tagged: true,
      unprotected: fromHex('a10405'),
    }
    expect(toHex(await signSign1(tagged))).toMatch(/^d28443a10126a1040541055840[0-9a-f]{128}$/)
  })
})

interface GoCose {
  key: JsonWebKey
  'sign1::sign'?: {
    payload: string
    protectedHeaders: { cborHex: string }
    unprotectedHeaders: { cborHex: string }
    tbsHex: { cborHex: string }
    expectedOutput: { cborHex: string }
    fixedOutputLength: number
  }
  'sign1::verify'?: { taggedCOSESign1: { cborHex: string }; shouldVerify: boolean }
}

const importKey = ({ kty, crv, x, y, d }: GoCose['key'], usage: 'sign' | 'verify') =>
  crypto.subtle.importKey(
    'jwk',
    { kty: kty!, crv: crv!, x: x!, y: y!, ...(usage === 'sign' ? { d: d! } : {}) },
    { name: 'ECDSA', namedCurve: crv! },
    false,
    [usage],
  )

describe.skipIf(!haveVectors)('test case of go-cose', () => {
  test('sign1-sign-0002 gives the same bytes to sign, and the same envelope except for the signature', async () => {
    const { key, 'sign1::sign': vector } = vectorJson<GoCose>('cose/veraison_sign1-sign-0002.json')
    const payload = fromHex(vector!.payload)
    const protectedHeader = fromHex(vector!.protectedHeaders.cborHex)
    expect(toHex(sigStructure(protectedHeader, payload))).toBe(vector!.tbsHex.cborHex)
    const signed = await signSign1({
      key: await importKey(key, 'sign'),
      algorithm: -35,
      payload,
      protectedHeader,
      unprotected: fromHex(vector!.unprotectedHeaders.cborHex),
      tagged: true,
    })
    const fixed = 2 * vector!.fixedOutputLength
    expect(toHex(signed).slice(0, fixed)).toBe(vector!.expectedOutput.cborHex.slice(0, fixed))
    const verificationKey = await importKey(key, 'verify')
    for (const output of [signed, fromHex(vector!.expectedOutput.cborHex)]) {
      expect(await verifySign1(decodeSign1(output), verificationKey)).toBe(true)
    }
  })

  test('sign1-verify-0002 verifies', async () => {
    const { key, 'sign1::verify': vector } = vectorJson<GoCose>('cose/veraison_sign1-verify-0002.json')
    const sign1 = decodeSign1(fromHex(vector!.taggedCOSESign1.cborHex))
    expect(sign1.tagged).toBe(true)
    expect(await verifySign1(sign1, await importKey(key, 'verify'))).toBe(vector!.shouldVerify)
  })

  test.each([
    ['0000', 'E_COSE_SHAPE'],
    ['0001', 'E_COSE_SHAPE'],
    ['0002', 'E_CBOR_DUPLICATE_KEY'],
    ['0003', 'E_CBOR_DUPLICATE_KEY'],
  ])('sign1-verify-negative-%s is refused', (number, code) => {
    const { 'sign1::verify': vector } = vectorJson<GoCose>(
      `cose/veraison_sign1-verify-negative-${number}.json`,
    )
    expect(() => decodeSign1(fromHex(vector!.taggedCOSESign1.cborHex))).toThrow(
      expect.objectContaining({ code }),
    )
  })
})
