/**
 * Signs an image as the clouds' tools do (SPEC §7). The signature section is the last; of what was there before only
 * the header changes, which is not measured: section count, one entry of its table, version, CRC.
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

/** Who signs. Both in PEM; the certificate's first block counts. */
export interface Signer {
  readonly privateKeyPem: string
  readonly certificatePem: string
  /** When the certificate must be valid, milliseconds since 1970. @default now */
  readonly at?: number
}

const SIGNATURE_TYPE = 4
/** The first version of the format that knows signatures. */
const SIGNATURE_VERSION = 3

/**
 * `eif` with a signature over its PCR0, in place of one it may have had.
 *
 * @throws {EnclaveError} E_IMAGE_KEY, E_IMAGE_CERTIFICATE, E_IMAGE_SIGNATURE where key and certificate do not belong
 *   together, E_IMAGE_SECTION where no section is left, and what `readContainer` throws.
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
  // A key that is not the certificate's, or a certificate out of its time, would only be noticed at a start.
  await assertSignature(decodeSignature(data), pcrs.get(0)!, signer.at ?? Date.now())
  return append(unsigned, data)
}

/** A copy of the image that ends where its signature section began, if it had one. */
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
      what: 'the image has no room for a signature section',
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
