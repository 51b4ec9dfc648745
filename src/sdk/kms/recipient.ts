/**
 * The enclave as a recipient: an RSA-2048 key that is generated inside from the QTSM's randomness and never leaves,
 * documents that contain the public key, and envelopes that only it can decrypt (AWS KMS, "Recipient").
 */
import { aesCbcOpen, rsaGenerate, rsaOaepOpen } from 'webclave:crypto'
import { type Bytes, concatBytes, fromHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { readEnvelope } from '../../encoding/cms/read-envelope.ts'
import { type BytesInput, optionalBytesOf } from '../arguments.ts'
import { sizedBytes } from '../hash.ts'
import { attest, randomBytes } from '../qtsm.ts'

const SEED_LENGTH = 64
const NONCE_LENGTH = 32
const MODULUS_LENGTH = 256
const MODULUS_BITS = 2048
const EXPONENT = 65537
const NO_LABEL = new Uint8Array(0)
/** SubjectPublicKeyInfo of an RSA-2048 key around its modulus; the exponent is 65537. */
const SPKI_PREFIX = fromHex('30820122300d06092a864886f70d01010105000382010f003082010a0282010100')
const SPKI_SUFFIX = fromHex('0203010001')

/**
 * A key pair, generated when it is first needed.
 *
 * @example
 * const recipient = new Recipient()
 * recipient.publicKey.length // 294
 */
export class Recipient {
  #privateKey: Bytes | undefined

  /**
   * @param privateKey an existing key: modulus (256 bytes), p, q, dp, dq, 1/q mod p (128 bytes each), with the
   *   exponent 65537. @default a new one
   */
  constructor(privateKey?: BytesInput) {
    const given = optionalBytesOf('private key', privateKey)
    this.#privateKey = given && sizedBytes('private key', given, { min: 896, max: 896 }).slice()
  }

  /** SubjectPublicKeyInfo in DER, 294 bytes. */
  get publicKey(): Bytes {
    return concatBytes(SPKI_PREFIX, this.#key().subarray(0, MODULUS_LENGTH), SPKI_SUFFIX)
  }

  /** A new attestation document with the public key, and with `nonce` or a random one. */
  attest(nonce: Uint8Array = randomBytes(NONCE_LENGTH)): Bytes {
    return attest({ nonce, publicKey: this.publicKey })
  }

  /**
   * Decrypts an envelope.
   * @throws {EnclaveError} E_CMS if it is malformed; E_CMS_DECRYPT if it is not for this key.
   */
  open(envelope: Bytes): Bytes {
    const { encryptedKey, iv, ciphertext } = readEnvelope(envelope)
    const key = rsaOaepOpen('sha256', this.#key(), NO_LABEL, encryptedKey)
    // A content key with the wrong length for AES-256 is handled like a failed decryption.
    const text = key?.length === 32 ? aesCbcOpen(key, iv, ciphertext) : undefined
    key?.fill(0)
    if (text) return text
    throw new EnclaveError('E_CMS_DECRYPT', {
      what: 'the envelope cannot be decrypted with this key',
      hint: 'check that the answer is for the attestation document that was sent',
    })
  }

  #key(): Bytes {
    this.#privateKey ??= rsaGenerate(MODULUS_BITS, EXPONENT, randomBytes(SEED_LENGTH)) ?? undefined
    if (this.#privateKey) return this.#privateKey
    throw new EnclaveError('E_CRYPTO_KEY', { what: 'the RSA key could not be generated' })
  }
}
