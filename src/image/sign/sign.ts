/**
 * Signs an image as the clouds' tools do (aws-nitro-enclaves-image-format). The signature section is the last one. Of
 * the existing bytes only the header changes, which is not measured: section count, one table entry, version, CRC.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { type Container, readContainer } from '../eif/container.ts'
import { imageCrc } from '../eif/eif.ts'
import { FIELD, MAX_SECTIONS, SECTION_HEADER_SIZE, SMALL_SECTION_LIMIT } from '../eif/layout.ts'
import { openSource } from '../eif/source.ts'
import { measure } from '../measure/measure.ts'
import { assertSignature, decodeSignature, encodeSignature, signPcr0 } from './signature.ts'
import { readSigningCertificate } from './signing-certificate.ts'
import { readSigningKey } from './signing-key.ts'

/** Key and certificate of the signer, both in PEM; the first certificate in the file counts. */
export interface Signer {
  readonly privateKeyPem: string
  readonly certificatePem: string
  /** The time at which the certificate must be valid, in milliseconds since 1970. @default now */
  readonly at?: number
}

const SIGNATURE_TYPE = 4
/** The first format version with signatures. */
const SIGNATURE_VERSION = 3

/**
 * Returns `eif` with a signature over its PCR0, which replaces an existing signature.
 *
 * @throws {EnclaveError} E_IMAGE_KEY, E_IMAGE_CERTIFICATE, E_IMAGE_SIGNATURE if key and certificate do not match,
 *   E_IMAGE_SECTION if the image already has the maximum number of sections, and what `readContainer` throws.
 * @example
 * const signed = await signImage(eif, { privateKeyPem, certificatePem })
 */
export async function signImage(eif: Uint8Array, signer: Signer): Promise<Bytes> {
  const certificate = readSigningCertificate(signer.certificatePem)
  const key = await readSigningKey(signer.privateKeyPem, certificate.curve)
  const source = await openSource(eif)
  const container = await readContainer(source)
  const unsigned = withoutSignature(eif, container)
  const { pcrs } = await measure(unsigned)
  const data = encodeSignature(signer.certificatePem, await signPcr0(pcrs.get(0)!, key, certificate))
  if (data.byteLength > SMALL_SECTION_LIMIT.signature) {
    throw new EnclaveError('E_IMAGE_CERTIFICATE', {
      what: 'the certificate file is too large',
      expected: `a signature section of ${SMALL_SECTION_LIMIT.signature} bytes`,
      got: `${data.byteLength}`,
    })
  }
  // Verified here, because a wrong key or an expired certificate would otherwise be noticed only at a start.
  await assertSignature(decodeSignature(data), pcrs.get(0)!, signer.at ?? Date.now())
  return append(unsigned, data)
}

/** A copy of the image without its signature section, if it has one. */
function withoutSignature(eif: Uint8Array, container: Container): Bytes {
  const last = container.sections.at(-1)!
  if (last.type !== 'signature') return eif.slice()
  const copy = eif.slice(0, last.offset)
  const header = new DataView(copy.buffer)
  const count = container.sections.length - 1
  header.setUint16(FIELD.sectionCount, count)
  setEntry(header, count, 0, 0)
  return copy
}

function append(eif: Bytes, data: Bytes): Bytes {
  const head = new DataView(new ArrayBuffer(SECTION_HEADER_SIZE))
  head.setUint16(0, SIGNATURE_TYPE)
  head.setBigUint64(4, BigInt(data.byteLength))
  const signed = concatBytes(eif, new Uint8Array(head.buffer), data)
  const header = new DataView(signed.buffer)
  const count = header.getUint16(FIELD.sectionCount)
  if (count >= MAX_SECTIONS) {
    throw new EnclaveError('E_IMAGE_SECTION', {
      what: 'the image has too many sections for another one, the signature',
      expected: `fewer than ${MAX_SECTIONS} sections`,
      got: `${count}`,
    })
  }
  header.setUint16(FIELD.version, Math.max(SIGNATURE_VERSION, header.getUint16(FIELD.version)))
  header.setUint16(FIELD.sectionCount, count + 1)
  setEntry(header, count, eif.byteLength, data.byteLength)
  header.setUint32(FIELD.crc, imageCrc(signed))
  return signed
}

function setEntry(header: DataView, at: number, offset: number, size: number): void {
  header.setBigUint64(FIELD.sectionOffsets + 8 * at, BigInt(offset))
  header.setBigUint64(FIELD.sectionSizes + 8 * at, BigInt(size))
}
