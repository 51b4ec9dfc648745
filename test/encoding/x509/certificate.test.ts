/** The reader of certificates, compared with @peculiar/asn1-x509 and openssl, and its refusal of invalid DER. */
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  BasicConstraints,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  KeyUsage,
  Certificate as PeculiarCertificate,
} from '@peculiar/asn1-x509'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeDocument } from '../../../src/attestation/index.ts'
import { type Bytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { DerReader, readOid } from '../../../src/encoding/der/reader.ts'
import { fromPem, toPem } from '../../../src/encoding/pem.ts'
import { type Certificate, readCertificate } from '../../../src/encoding/x509/certificate.ts'
import { commonName, nameText } from '../../../src/encoding/x509/name.ts'
import { readTime } from '../../../src/encoding/x509/time.ts'
import { forgePath } from '../../attestation/forge.ts'
import { openssl } from '../../attestation/openssl.ts'
import { haveVectors, vector } from '../../attestation/vectors.ts'

const { path: FORGED } = await forgePath('qingtian')

function realCertificates(): Bytes[] {
  if (!haveVectors) return []
  const chains = [
    decodeDocument(vector('qingtian/official-signed.cose'), 'qingtian'),
    decodeDocument(vector('nitro/evervault_beta_valid.cbor'), 'nitro'),
    decodeDocument(vector('nitro/fastcrypto_valid_pcr16_attestation.cbor'), 'nitro'),
    decodeDocument(vector('mock/marlin_custom.bin'), 'nitro'),
  ]
  return chains.flatMap(({ cabundle, certificate }) => [...cabundle, certificate])
}

const CERTIFICATES = [...FORGED, ...realCertificates()].map(
  (bytes) => [commonName(readCertificate(bytes).subject), bytes] as const,
)

describe.each(CERTIFICATES)('%s', (_, bytes) => {
  const ours = readCertificate(bytes)

  test('has the same fields in @peculiar/asn1-x509', () => {
    const {
      tbsCertificate: theirs,
      signatureAlgorithm,
      signatureValue,
    } = AsnConvert.parse(bytes, PeculiarCertificate)
    const time = ({ utcTime, generalTime }: typeof theirs.validity.notBefore) =>
      (utcTime ?? generalTime)!.getTime()
    expect(ours.notBefore).toBe(time(theirs.validity.notBefore))
    expect(ours.notAfter).toBe(time(theirs.validity.notAfter))
    expect(toHex(ours.serial)).toBe(toHex(new Uint8Array(theirs.serialNumber)))
    expect(toHex(ours.subject)).toBe(toHex(new Uint8Array(AsnConvert.serialize(theirs.subject))))
    expect(toHex(ours.issuer)).toBe(toHex(new Uint8Array(AsnConvert.serialize(theirs.issuer))))
    expect(ours.signatureAlgorithm).toBe(signatureAlgorithm.algorithm)
    expect(toHex(ours.signature)).toBe(toHex(new Uint8Array(signatureValue)))
    expect(toHex(ours.publicPoint)).toBe(toHex(new Uint8Array(theirs.subjectPublicKeyInfo.subjectPublicKey)))
    const extension = (id: string) => theirs.extensions!.find(({ extnID }) => extnID === id)
    const constraints = extension(id_ce_basicConstraints)
    const parsed = constraints && AsnConvert.parse(constraints.extnValue.buffer, BasicConstraints)
    expect(ours.extensions.basicConstraints).toEqual(
      parsed && { critical: constraints.critical, ca: parsed.cA, pathLength: parsed.pathLenConstraint },
    )
    const usage = extension(id_ce_keyUsage)!
    const bits = [...ours.extensions.keyUsage!.bits].reduce((sum, bit) => sum | (1 << bit), 0)
    expect(bits).toBe(AsnConvert.parse(usage.extnValue.buffer, KeyUsage).toNumber())
    expect(ours.extensions.keyUsage!.critical).toBe(usage.critical)
  })

  test('has the same fields in openssl', () => {
    const { status, output } = openssl(
      [
        'x509',
        '-noout',
        '-subject',
        '-issuer',
        '-nameopt',
        'RFC2253,-esc_msb,sep_comma_plus_space',
        '-serial',
      ],
      toPem(bytes),
    )
    expect(status).toBe(0)
    const reversed = (name: Bytes) => nameText(name).split(', ').reverse().join(', ')
    expect(output).toContain(`subject=${reversed(ours.subject)}`)
    expect(output).toContain(`issuer=${reversed(ours.issuer)}`)
  })

  test('has the same PEM in openssl', () => {
    expect(fromPem(`noise\n${toPem(bytes)}${toPem(FORGED[0]!)}`).map(toHex)).toEqual([
      toHex(bytes),
      toHex(FORGED[0]!),
    ])
    expect(openssl(['x509', '-outform', 'PEM'], toPem(bytes)).output).toBe(toPem(bytes))
  })
})

describe('a damaged certificate', () => {
  test('is refused with a certificate code at every truncation', () => {
    const bytes = FORGED[4]!
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readCertificate(bytes.slice(0, length))).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^E_CERTIFICATE_/) }),
      )
    }
  })

  test('with any changed byte is refused with a certificate code, or read differently', () => {
    const same = ({ bytes: _, ...rest }: Certificate) => rest
    fc.assert(
      fc.property(
        fc.constantFrom(...FORGED),
        fc.noBias(fc.nat(2000)),
        fc.integer({ min: 1, max: 255 }),
        (original, at, bits) => {
          const bytes = original.slice()
          bytes[at % bytes.length]! ^= bits
          let read: Certificate | undefined
          try {
            read = readCertificate(bytes)
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^E_CERTIFICATE_/) })
          }
          if (read !== undefined) {
            expect(same(read)).not.toEqual(same(readCertificate(original)))
            // The changed name must be safe to show.
            expect(nameText(read.subject)).not.toMatch(/\p{Cc}/u)
          }
        },
      ),
      { numRuns: 1500 },
    )
  })

  test('is refused with trailing bytes', () => {
    expect(() => readCertificate(Uint8Array.from([...FORGED[0]!, 0]))).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_DER' }),
    )
  })

  test('is refused with another kind of key or another version', async () => {
    const hex = toHex(FORGED[4]!)
    const rsa = hex.replace('06072a8648ce3d0201', '06072a8648ce3d0202')
    expect(() => readCertificate(fromHex(rsa))).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_KEY' }),
    )
    const curve = hex.replace('06052b81040022', '06052b81040021')
    expect(() => readCertificate(fromHex(curve))).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_KEY' }),
    )
    const version1 = hex.replace('a003020102', 'a003020100')
    expect(() => readCertificate(fromHex(version1))).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_VERSION' }),
    )
  })

  test('is refused if its inner and outer algorithm differ', () => {
    const hex = toHex(FORGED[4]!)
    const last = hex.lastIndexOf('06082a8648ce3d040303')
    const changed = `${hex.slice(0, last)}06082a8648ce3d040302${hex.slice(last + 20)}`
    expect(() => readCertificate(fromHex(changed))).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_DER' }),
    )
  })

  test('is refused with a duplicate extension', () => {
    const hex = toHex(FORGED[1]!)
    // The subject key identifier gets the OID of the basic constraints.
    const twice = hex.replace('0603551d0e', '0603551d13')
    expect(() => readCertificate(fromHex(twice))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^E_CERTIFICATE_(?:EXTENSION|DER)$/) }),
    )
  })
})

describe('invalid DER', () => {
  test.each([
    ['an indefinite length', '3080'],
    ['the long form of a short length', '30810100'],
    ['a length with a leading zero', '3082000100'],
    ['a length of four bytes', '308400000001ff'],
    ['a length beyond the input', '300200'],
    ['a multi-byte tag', '3f0100'],
    ['no length', '30'],
  ])('is refused: %s', (_, hex) => {
    expect(() => new DerReader(fromHex(hex)).read('it')).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_DER' }),
    )
  })

  test.each([
    ['no bytes', ''],
    ['a leading zero', '2a8001'],
    ['a truncated arc', '2a86'],
    ['an arc that is too large', '2affffffffffffffffff7f'],
  ])('is refused: an object identifier with %s', (_, hex) => {
    expect(() => readOid(fromHex(hex))).toThrow(expect.objectContaining({ code: 'E_CERTIFICATE_DER' }))
  })

  test('is not found in valid object identifiers (the control)', () => {
    expect(readOid(fromHex('2a8648ce3d040303'))).toBe('1.2.840.10045.4.3.3')
    expect(readOid(fromHex('551d13'))).toBe('2.5.29.19')
    expect(readOid(fromHex('8837'))).toBe('2.999')
  })
})

describe('times', () => {
  const time = (text: string, tag = text.length === 13 ? 0x17 : 0x18) => {
    const content = new TextEncoder().encode(text)
    return readTime({ tag, content, bytes: content })
  }

  test.each([
    ['491231235959Z', '2049-12-31T23:59:59.000Z'],
    ['500101000000Z', '1950-01-01T00:00:00.000Z'],
    ['20520930092256Z', '2052-09-30T09:22:56.000Z'],
    ['20240229000000Z', '2024-02-29T00:00:00.000Z'],
  ])('%s is read', (text, iso) => expect(new Date(time(text)).toISOString()).toBe(iso))

  test.each([
    ['20230229000000Z'],
    ['20240230000000Z'],
    ['20241301000000Z'],
    ['20240001000000Z'],
    ['20240101240000Z'],
    ['20240101006000Z'],
    ['20240101000060Z'],
    ['20240101000000+'],
    ['2024010100000'],
    ['202401010000.5Z'],
  ])('%s is refused', (text) => {
    expect(() => time(text)).toThrow(expect.objectContaining({ code: 'E_CERTIFICATE_DER' }))
  })

  test('with another tag are refused', () => {
    expect(() => time('20240101000000Z', 0x16)).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_DER' }),
    )
  })
})
