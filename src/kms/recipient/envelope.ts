/**
 * Writes what `encoding/cms/read-envelope.ts` reads: CMS EnvelopedData (RFC 5652 section 6) for the public key of an
 * attestation document, with the parts and in the form of a `CiphertextForRecipient` of AWS KMS: indefinite lengths
 * outside, the recipient named by the SHA-256 of its SubjectPublicKeyInfo, RSAES-OAEP with SHA-256 (RFC 3560), and
 * AES-256-CBC.
 */

import { type Bytes, concatBytes, fromHex } from '../../base/bytes.ts'
import { TAG } from '../../encoding/der/reader.ts'
import { element } from '../../encoding/der/writer.ts'
import { KmsError } from '../core/error.ts'

const OID = {
  envelopedData: fromHex('2a864886f70d010703'),
  data: fromHex('2a864886f70d010701'),
  rsaesOaep: fromHex('2a864886f70d010107'),
  mgf1: fromHex('2a864886f70d010108'),
  sha256: fromHex('608648016503040201'),
  aes256Cbc: fromHex('60864801650304012a'),
}

const OAEP = { name: 'RSA-OAEP', hash: 'SHA-256' }
const KEY_BYTES = 32
const IV_BYTES = 16
const MODULUS_MIN = 2048
const MODULUS_MAX = 4096
const EXPLICIT_1 = 0xa1
const END_OF_CONTENTS = [0x00, 0x00]

const oid = (value: Bytes) => element(TAG.oid, value)
const algorithm = (identifier: Bytes, ...parameters: Bytes[]) =>
  element(TAG.sequence, oid(identifier), ...parameters)
/** An element whose length its end tells. */
const open = (tag: number, ...parts: Bytes[]) =>
  concatBytes(Uint8Array.of(tag, 0x80), ...parts, Uint8Array.from(END_OF_CONTENTS))

const NULL = Uint8Array.of(0x05, 0x00)
const VERSION_2 = element(TAG.integer, [2])
const SHA256 = algorithm(OID.sha256, NULL)
const OAEP_SHA256 = algorithm(
  OID.rsaesOaep,
  element(TAG.sequence, element(TAG.explicit0, SHA256), element(EXPLICIT_1, algorithm(OID.mgf1, SHA256))),
)

/** Somebody whom an envelope can be written to. */
export interface Recipient {
  readonly key: CryptoKey
  /** SHA-256 of the key's SubjectPublicKeyInfo. 32 bytes. */
  readonly identifier: Bytes
}

/**
 * The recipient that the `public_key` of a document names.
 * @throws {KmsError} E_KMS_DOCUMENT where it is no RSA key of 2048 to 4096 bits.
 */
export async function readRecipient(spki: Bytes | undefined): Promise<Recipient> {
  const expected = `RSA of ${MODULUS_MIN} to ${MODULUS_MAX} bits as SubjectPublicKeyInfo in DER`
  if (spki === undefined) {
    const hint = 'attest({ publicKey }) puts one there'
    throw new KmsError('E_KMS_DOCUMENT', { what: 'the document has no public key', expected, hint })
  }
  const [key, digest] = await Promise.all([
    crypto.subtle.importKey('spki', spki, OAEP, false, ['encrypt']).catch(() => undefined),
    crypto.subtle.digest('SHA-256', spki),
  ])
  const bits = (key?.algorithm as RsaHashedKeyAlgorithm | undefined)?.modulusLength ?? 0
  if (!key || bits < MODULUS_MIN || bits > MODULUS_MAX) {
    const got = key ? `${bits} bits` : `${spki.byteLength} bytes that are no such key`
    throw new KmsError('E_KMS_DOCUMENT', {
      what: 'the public key of the document cannot be used',
      expected,
      got,
    })
  }
  return { key, identifier: new Uint8Array(digest) }
}

/**
 * `plaintext` for `recipient`, whom alone it opens to. At most 48 KiB; what is promised only is waited for while the key
 * is encrypted. Rejects with what the promise rejects with.
 * @see RFC 5652 section 6
 */
export async function writeEnvelope(
  plaintext: Bytes | Promise<Bytes>,
  { key, identifier }: Recipient,
): Promise<Bytes> {
  const contentKey = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const importing = crypto.subtle.importKey('raw', contentKey, 'AES-CBC', false, ['encrypt'])
  const encrypting = Promise.all([importing, plaintext]).then(([aes, bytes]) =>
    crypto.subtle.encrypt({ name: 'AES-CBC', iv }, aes, bytes),
  )
  const [encryptedKey, ciphertext] = await Promise.all([
    crypto.subtle.encrypt({ name: 'RSA-OAEP' }, key, contentKey),
    encrypting,
  ])
  contentKey.fill(0)
  const transport = element(
    TAG.sequence,
    VERSION_2,
    element(TAG.context0, identifier),
    OAEP_SHA256,
    element(TAG.octetString, new Uint8Array(encryptedKey)),
  )
  const content = open(
    TAG.sequence,
    oid(OID.data),
    algorithm(OID.aes256Cbc, element(TAG.octetString, iv)),
    open(TAG.explicit0, element(TAG.octetString, new Uint8Array(ciphertext))),
  )
  const enveloped = open(TAG.sequence, VERSION_2, element(TAG.set, transport), content)
  return open(TAG.sequence, oid(OID.envelopedData), open(TAG.explicit0, enveloped))
}
