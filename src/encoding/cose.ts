/**
 * COSE_Sign1 (RFC 9052 section 4.2) with ECDSA: the envelope of attestation documents and of the signature
 * section of an image. Verification works on the bytes received and never on a re-encoding, because two
 * encodings of one header are both valid CBOR and only one was signed. Input is hostile.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import type { CryptoKey } from '../base/crypto-key.ts'
import { EnclaveError } from '../base/error.ts'
import type { CborItem, CborMap } from './cbor/item.ts'
import { readCbor } from './cbor/reader.ts'
import { cborArray, cborBytes, cborBytesHead, cborInteger, cborMap, cborTag } from './cbor/writer.ts'
import { CURVES, type CurveName, reverseHalves, type SigningKey, signWith } from './ecdsa.ts'

/** The ECDSA algorithms of RFC 9053 section 2.1 by COSE identifier, each with its curve. */
export const COSE_ALGORITHMS: Readonly<Record<number, { name: string; curve: CurveName }>> = {
  [-7]: { name: 'ES256', curve: 'P-256' },
  [-35]: { name: 'ES384', curve: 'P-384' },
  [-36]: { name: 'ES512', curve: 'P-521' },
}

/** The byte order of r and of s: `big` everywhere except in QingTian's documents. */
export type ByteOrder = 'big' | 'little'

/** A parsed envelope; the byte strings are views of the input. */
export interface Sign1 {
  /** Whether the envelope had tag 18. */
  readonly tagged: boolean
  /** The protected header as received, the bytes that were signed. */
  readonly protectedHeader: Bytes
  /** The COSE algorithm identifier: -7, -35 or -36. */
  readonly algorithm: number
  /** The unprotected header: not covered by the signature. */
  readonly unprotected: CborMap
  readonly payload: Bytes
  /** `r || s`: 64, 96 or 132 bytes, in the byte order of the input. */
  readonly signature: Bytes
}

const TAG_SIGN1 = 18
const LABEL_ALGORITHM = 1
/** The head of an array of 4 items, and the text `Signature1`. */
const SIGNATURE1 = Uint8Array.of(0x84, 0x6a, ...new TextEncoder().encode('Signature1'))
const NO_EXTERNAL_DATA = Uint8Array.of(0x40)

/**
 * Parses a COSE_Sign1, with or without tag 18. The protected header must be a map with the algorithm and nothing else.
 *
 * @throws {EnclaveError} E_CBOR_… for bytes that are not strict CBOR, E_COSE_TAG, E_COSE_SHAPE, E_COSE_HEADER,
 * E_COSE_ALGORITHM, E_COSE_UNPROTECTED or E_COSE_SIGNATURE_LENGTH.
 * @see RFC 9052 section 4.2
 */
export function decodeSign1(bytes: Bytes): Sign1 {
  return readSign1(readCbor(bytes, { tags: 'outermost' }))
}

/** `decodeSign1` for an item that has already been read with `tags: 'outermost'`. */
export function readSign1(outer: CborItem): Sign1 {
  const tagged = outer.kind === 'tag'
  if (tagged && outer.tag !== TAG_SIGN1) {
    throw new EnclaveError('E_COSE_TAG', {
      what: 'the envelope has the wrong tag',
      expected: 'tag 18 (COSE_Sign1) or none',
      got: `tag ${outer.tag}`,
    })
  }
  const array = tagged ? outer.item : outer
  if (array.kind !== 'array' || array.indefinite || array.items.length !== 4) {
    throw new EnclaveError('E_COSE_SHAPE', {
      what: 'the envelope is not a COSE_Sign1',
      expected: 'an array of 4 items, of definite length',
      got: array.kind === 'array' ? `an array of ${array.items.length}` : array.kind,
    })
  }
  const [header, unprotected, payload, signature] = array.items
  if (header?.kind !== 'bytes') throw wrongKind('the protected header', 'bytes', header)
  if (unprotected?.kind !== 'map') throw wrongKind('the unprotected header', 'map', unprotected)
  if (payload?.kind !== 'bytes') throw wrongKind('the payload', 'bytes', payload)
  if (signature?.kind !== 'bytes') throw wrongKind('the signature', 'bytes', signature)
  const algorithm = readAlgorithm(header.value)
  requireNoAlgorithm(unprotected)
  const length = 2 * CURVES[COSE_ALGORITHMS[algorithm]!.curve].half
  if (signature.value.byteLength !== length) {
    throw new EnclaveError('E_COSE_SIGNATURE_LENGTH', {
      what: 'the signature has the wrong length for its algorithm',
      expected: `${length} bytes`,
      got: `${signature.value.byteLength}`,
    })
  }
  const { value: protectedHeader } = header
  return {
    tagged,
    protectedHeader,
    algorithm,
    unprotected,
    payload: payload.value,
    signature: signature.value,
  }
}

function readAlgorithm(bytes: Bytes): number {
  // A header of no bytes is COSE's way to write an empty map (RFC 9052 section 3).
  const header = bytes.byteLength === 0 ? undefined : readCbor(bytes)
  if (header !== undefined && (header.kind !== 'map' || header.indefinite)) {
    throw wrongKind('the content of the protected header', 'map of definite length', header)
  }
  const [entry, more] = header?.entries ?? []
  if (entry?.key.kind !== 'integer' || entry.key.value !== LABEL_ALGORITHM || more !== undefined) {
    throw new EnclaveError('E_COSE_HEADER', {
      what: 'the protected header must contain the algorithm and nothing else',
      expected: 'exactly one entry, label 1 (alg)',
      got: `${header?.entries.length ?? 0} entries`,
    })
  }
  const { value } = entry
  if (value.kind !== 'integer' || COSE_ALGORITHMS[Number(value.value)] === undefined) {
    throw new EnclaveError('E_COSE_ALGORITHM', {
      what: 'unknown signature algorithm',
      expected: '-7 (ES256), -35 (ES384) or -36 (ES512)',
      got: value.kind === 'integer' ? `${value.value}` : value.kind,
    })
  }
  return Number(value.value)
}

/** A label may occur in only one of the two headers (RFC 9052 section 3). */
function requireNoAlgorithm(unprotected: CborMap): void {
  if (unprotected.entries.some(({ key }) => key.kind === 'integer' && key.value === LABEL_ALGORITHM)) {
    throw new EnclaveError('E_COSE_UNPROTECTED', {
      what: 'the algorithm must not be in the unprotected header',
      expected: 'label 1 in the protected header only',
    })
  }
}

function wrongKind(what: string, expected: string, item: CborItem | undefined): EnclaveError {
  return new EnclaveError('E_COSE_SHAPE', { what: `${what} has the wrong type`, expected, got: item?.kind })
}

/** The bytes that are signed: RFC 9052 section 4.4, with no external data. */
export function sigStructure(protectedHeader: Uint8Array, payload: Uint8Array): Bytes {
  // The payload is copied only once: this runs for every document.
  return concatBytes(
    SIGNATURE1,
    cborBytes(protectedHeader),
    NO_EXTERNAL_DATA,
    cborBytesHead(payload.byteLength),
    payload,
  )
}

/**
 * Whether the envelope's signature is valid under `key`.
 *
 * @param key a verification key on the curve of the envelope's algorithm.
 * @param order the byte order of each half; the other order is not tried.
 * @throws {EnclaveError} E_COSE_KEY if the key is on another curve.
 */
export async function verifySign1(sign1: Sign1, key: CryptoKey, order: ByteOrder = 'big'): Promise<boolean> {
  const { hash } = CURVES[curveFor(sign1.algorithm, key)]
  const signature = order === 'big' ? sign1.signature : reverseHalves(sign1.signature)
  const signed = sigStructure(sign1.protectedHeader, sign1.payload)
  return crypto.subtle.verify({ name: 'ECDSA', hash }, key, signature, signed)
}

/** The argument of `signSign1`. */
export interface SignSign1 {
  /** A function must sign for the curve of the algorithm. */
  key: SigningKey
  payload: Bytes
  /** The COSE algorithm identifier: -7, -35 or -36. */
  algorithm: number
  /** The protected header to sign. Default: the shortest encoding of `{1: algorithm}`. */
  protectedHeader?: Bytes
  /** The unprotected header, an encoded map. Default: an empty map. */
  unprotected?: Bytes
  /** Whether to add tag 18. Default: no. */
  tagged?: boolean
  /** The byte order of each half. Default: `big`. */
  order?: ByteOrder
}

/**
 * Signs `payload` and wraps it in a COSE_Sign1.
 *
 * @throws {EnclaveError} E_COSE_KEY if the key is on another curve than the algorithm.
 * @example
 * const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign'])
 * const envelope = await signSign1({ key: privateKey, algorithm: -35, payload: new TextEncoder().encode('hello') })
 */
export async function signSign1(request: SignSign1): Promise<Bytes> {
  const { key, payload, algorithm } = request
  const { hash } = CURVES[curveFor(algorithm, key)]
  const protectedHeader =
    request.protectedHeader ?? cborMap([[cborInteger(LABEL_ALGORITHM), cborInteger(algorithm)]])
  const signed = sigStructure(protectedHeader, payload)
  const standard = await signWith(key, hash, signed)
  const signature = request.order === 'little' ? reverseHalves(standard) : standard
  const envelope = cborArray([
    cborBytes(protectedHeader),
    request.unprotected ?? cborMap([]),
    cborBytes(payload),
    cborBytes(signature),
  ])
  return request.tagged ? cborTag(TAG_SIGN1, envelope) : envelope
}

function curveFor(algorithm: number, key: SigningKey): CurveName {
  const curve = COSE_ALGORITHMS[algorithm]?.curve
  const namedCurve = typeof key === 'function' ? curve : (key.algorithm as EcKeyAlgorithm).namedCurve
  if (curve === undefined || namedCurve !== curve) {
    throw new EnclaveError('E_COSE_KEY', {
      what: 'the key is on the wrong curve for the algorithm',
      expected: curve ?? 'the algorithm -7, -35 or -36',
      got: curve === undefined ? `${algorithm}` : namedCurve,
    })
  }
  return curve
}
