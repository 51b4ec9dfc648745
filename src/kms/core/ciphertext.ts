/**
 * The format of ciphertexts under symmetric keys. A ciphertext names its key:
 *
 *     offset  bytes
 *     0       4      magic `w k c 0x01`; the last is the version of this format
 *     4       16     key id, the 16 bytes of its UUID
 *     20      4      version of the key, big-endian, from 1
 *     24      12     IV
 *     36      n      ciphertext, as long as the plaintext
 *     36+n    16     tag
 *
 * AES-256-GCM. The additional authenticated data are bytes 0 to 23 and the encryption context, sorted by key, as
 * length (4 bytes, big-endian) and UTF-8 of each key and each value, so that no two contexts have the same bytes. Ciphertexts come back from anybody: hostile.
 */
import { type Bytes, concatBytes, equalBytes, fromHex, toHex } from '../../base/bytes.ts'
import type { CryptoKey } from '../../base/crypto-key.ts'
import { KmsError } from './error.ts'

const MAGIC = Uint8Array.of(0x77, 0x6b, 0x63, 0x01)
const ID_AT = 4
const VERSION_AT = 20
const IV_AT = 24
const BODY_AT = 36
const TAG_BYTES = 16

/** By how many bytes a ciphertext is longer than its plaintext. */
export const OVERHEAD_BYTES: number = BODY_AT + TAG_BYTES

/** Keys and values that must be the same for decryption. They are not secret. */
export type EncryptionContext = Readonly<Record<string, string>>

/** A key and a version of it. */
export interface KeyReference {
  readonly keyId: string
  readonly version: number
}

const text = new TextEncoder()

/** Encrypts `plaintext` under `key`. @throws {KmsError} E_KMS_VALIDATION */
export async function seal(
  { keyId, version }: KeyReference,
  key: CryptoKey,
  plaintext: Bytes,
  context: EncryptionContext,
): Promise<Bytes> {
  const head = concatBytes(MAGIC, fromHex(keyId.replaceAll('-', '')), uint32(version))
  const iv = crypto.getRandomValues(new Uint8Array(BODY_AT - IV_AT))
  const additionalData = concatBytes(head, encodeContext(context))
  const body = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, plaintext)
  return concatBytes(head, iv, new Uint8Array(body))
}

/** The key that `ciphertext` names. @throws {KmsError} E_KMS_CIPHERTEXT if it is malformed. */
export function referenceOf(ciphertext: Bytes): KeyReference {
  const isOurs = equalBytes(ciphertext.subarray(0, ID_AT), MAGIC)
  if (!isOurs || ciphertext.byteLength < OVERHEAD_BYTES) {
    throw new KmsError('E_KMS_CIPHERTEXT', {
      what: isOurs
        ? 'the ciphertext is truncated'
        : 'this is not a ciphertext of a symmetric key of this KMS',
      expected: `at least ${OVERHEAD_BYTES} bytes that begin with ${toHex(MAGIC)}`,
      got: `${ciphertext.byteLength} bytes`,
      hint: isOurs ? undefined : 'to decrypt with an RSA key, name the key and the algorithm',
    })
  }
  const digits = toHex(ciphertext.subarray(ID_AT, VERSION_AT))
  const keyId = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return { keyId, version: new DataView(ciphertext.buffer, ciphertext.byteOffset).getUint32(VERSION_AT) }
}

/**
 * The plaintext.
 * @throws {KmsError} E_KMS_VALIDATION; E_KMS_CIPHERTEXT if the ciphertext was changed or the context differs: these two
 * cases cannot be distinguished.
 */
export async function unseal(ciphertext: Bytes, key: CryptoKey, context: EncryptionContext): Promise<Bytes> {
  const iv = ciphertext.subarray(IV_AT, BODY_AT)
  const additionalData = concatBytes(ciphertext.subarray(0, IV_AT), encodeContext(context))
  try {
    const algorithm = { name: 'AES-GCM', iv, additionalData }
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, ciphertext.subarray(BODY_AT)))
  } catch {
    throw new KmsError('E_KMS_CIPHERTEXT', {
      what: 'the ciphertext cannot be decrypted: it was changed, or the encryption context differs',
      expected: 'an unchanged ciphertext and the encryption context that it was encrypted with',
      got: `an encryption context of ${Object.keys(context).length} pairs`,
    })
  }
}

/** @throws {KmsError} E_KMS_VALIDATION for an unpaired surrogate, which UTF-8 encodes like U+FFFD. */
function encodeContext(context: EncryptionContext): Bytes {
  const pairs = Object.entries(context).sort(([left], [right]) => (left < right ? -1 : 1))
  const parts = pairs.flat()
  if (!parts.every((part) => part.isWellFormed())) {
    throw new KmsError('E_KMS_VALIDATION', {
      what: 'the encryption context is not valid Unicode',
      expected: 'well-formed strings',
      got: 'an unpaired surrogate',
    })
  }
  return concatBytes(...parts.flatMap((part) => withLength(text.encode(part))))
}

function withLength(bytes: Bytes): Bytes[] {
  return [uint32(bytes.byteLength), bytes]
}

function uint32(value: number): Bytes {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}
