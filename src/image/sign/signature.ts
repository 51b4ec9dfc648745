/**
 * The signature section of an EIF: a CBOR array of one map, with certificate and COSE_Sign1 as arrays of integers,
 * because the real builder's serializer writes byte lists so. The signed payload is `{"register_index": 0,
 * "register_value": PCR0}`. Input is hostile: at most 32,768 bytes and three levels of nesting.
 */
import { type Bytes, equalBytes } from '../../base/bytes.ts'
import type { CryptoKey } from '../../base/crypto-key.ts'
import { EnclaveError } from '../../base/error.ts'
import type { CborItem } from '../../encoding/cbor/item.ts'
import { readCbor } from '../../encoding/cbor/reader.ts'
import { cborArray, cborInteger, cborMap, cborText } from '../../encoding/cbor/writer.ts'
import { decodeSign1, signSign1, verifySign1 } from '../../encoding/cose.ts'
import type { Container } from '../eif/container.ts'
import { SMALL_SECTION_LIMIT } from '../eif/layout.ts'
import type { ImageSource } from '../eif/source.ts'
import {
  algorithmOf,
  assertValidAt,
  readSigningCertificate,
  type SigningCertificate,
  verificationKey,
} from './signing-certificate.ts'

/** The parsed section; the signature is not verified. */
export interface ImageSignature {
  readonly certificate: SigningCertificate
  /** The COSE_Sign1, encoded. */
  readonly envelope: Bytes
}

const MAX_DEPTH = 3
const KEYS = ['signing_certificate', 'signature'] as const

/**
 * Reads the signature of an image; undefined if it has none.
 * @throws {EnclaveError} E_IMAGE_SIGNATURE, E_IMAGE_CERTIFICATE
 */
export async function readSignature(
  source: ImageSource,
  container: Container,
): Promise<ImageSignature | undefined> {
  const section = container.sections.at(-1)
  if (section?.type !== 'signature') return undefined
  if (section.dataSize > SMALL_SECTION_LIMIT.signature) {
    throw signatureError(
      'the signature section is too large',
      `${SMALL_SECTION_LIMIT.signature} bytes`,
      section.dataSize,
    )
  }
  return decodeSignature(await source.read(section.dataOffset, section.dataSize))
}

/** @throws {EnclaveError} E_IMAGE_SIGNATURE, E_IMAGE_CERTIFICATE */
export function decodeSignature(bytes: Bytes): ImageSignature {
  const [pem, envelope] = readFields(bytes)
  const text = String.fromCharCode(...pem)
  return { certificate: readSigningCertificate(text), envelope }
}

/** Encodes a signature section. */
export function encodeSignature(certificatePem: string, envelope: Uint8Array): Bytes {
  const pem = new TextEncoder().encode(certificatePem)
  return cborArray([
    cborMap([
      [cborText(KEYS[0]), integers(pem)],
      [cborText(KEYS[1]), integers(envelope)],
    ]),
  ])
}

/** The payload that is signed. */
export function signedPayload(pcr0: Uint8Array): Bytes {
  return cborMap([
    [cborText('register_index'), cborInteger(0)],
    [cborText('register_value'), integers(pcr0)],
  ])
}

/** Signs `pcr0`; returns the COSE_Sign1. */
export function signPcr0(pcr0: Bytes, key: CryptoKey, certificate: SigningCertificate): Promise<Bytes> {
  return signSign1({ key, algorithm: algorithmOf(certificate.curve), payload: signedPayload(pcr0) })
}

/**
 * Checks that `signature` is over `pcr0` and by its certificate's key, and that the certificate is valid at `at`
 * (milliseconds since 1970).
 * @throws {EnclaveError} E_IMAGE_SIGNATURE, E_IMAGE_CERTIFICATE
 */
export async function assertSignature(
  { certificate, envelope }: ImageSignature,
  pcr0: Uint8Array,
  at: number,
): Promise<void> {
  assertValidAt(certificate, at)
  let sound: boolean
  let payload: Bytes
  try {
    const sign1 = decodeSign1(envelope)
    payload = sign1.payload
    sound = await verifySign1(sign1, await verificationKey(certificate))
  } catch (cause) {
    throw signatureError(
      'the signature cannot be verified with the certificate',
      'a COSE_Sign1 by the certificate’s key',
      'another',
      cause,
    )
  }
  if (!sound)
    throw signatureError('the signature is invalid', 'a signature by the certificate’s key', 'another')
  if (!equalBytes(payload, signedPayload(pcr0))) {
    throw signatureError('the signature is for another image', 'PCR0 as measured', 'another PCR0')
  }
}

function readFields(bytes: Bytes): [certificate: Bytes, signature: Bytes] {
  let root: CborItem
  try {
    root = readCbor(bytes, { maxDepth: MAX_DEPTH })
  } catch (cause) {
    throw signatureError(
      'the signature section is not strict CBOR',
      'an array of one map',
      `${bytes.byteLength} bytes`,
      cause,
    )
  }
  const map = root.kind === 'array' && root.items.length === 1 ? root.items[0] : undefined
  if (map?.kind !== 'map' || map.entries.length !== KEYS.length) {
    throw signatureError(
      'the signature section has the wrong structure',
      'an array of one map with two entries',
      root.kind,
    )
  }
  const [certificate, signature] = KEYS.map((name) => {
    const entry = map.entries.find(({ key }) => key.kind === 'text' && key.value === name)
    return byteList(entry?.value, name)
  })
  return [certificate!, signature!]
}

function byteList(item: CborItem | undefined, name: string): Bytes {
  const values =
    item?.kind === 'array' ? item.items.map((each) => (each.kind === 'integer' ? each.value : -1)) : [-1]
  if (values.some((value) => typeof value === 'bigint' || value < 0 || value > 255)) {
    throw signatureError(
      `"${name}" in the signature section is invalid`,
      'an array of bytes',
      item?.kind ?? 'nothing',
    )
  }
  return Uint8Array.from(values as number[])
}

function integers(bytes: Uint8Array): Bytes {
  return cborArray(Array.from(bytes, (byte) => cborInteger(byte)))
}

function signatureError(what: string, expected: string, got: string | number, cause?: unknown): EnclaveError {
  return new EnclaveError('E_IMAGE_SIGNATURE', { what, expected, got: `${got}`, cause })
}
