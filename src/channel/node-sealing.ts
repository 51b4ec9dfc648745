/**
 * The sender of HPKE with X25519 by node:crypto, which answers at once. WebCrypto has another thread do each of its twenty
 * steps, which costs a small exchange, and one of 64 KiB, several times what the cryptography does.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
} from 'node:crypto'
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { headerOf, infoOf, type Sealing } from './sealing.ts'
import { chunkHead, FINAL, NOT_FINAL } from './wire/chunks.ts'
import { answerChunks, kemSuite, labelled, type Primitives, Schedule, suiteOf } from './wire/hpke.ts'
import type { KeyConfig } from './wire/key-config.ts'
import { ANSWER_LABEL, KEY_LENGTH, TAG_LENGTH, X25519_KEM } from './wire/names.ts'

const CIPHER = 'aes-256-gcm'
const NONE = new Uint8Array(0)

const primitives: Primitives = {
  mac: (key, data) => plain(createHmac('sha256', key).update(data).digest()),
  seal(key, nonce, associated, text, before) {
    const cipher = createCipheriv(CIPHER, key, nonce)
    cipher.setAAD(associated)
    return concatBytes(before, cipher.update(text), cipher.final(), cipher.getAuthTag())
  },
  open(key, nonce, associated, sealed) {
    const at = sealed.length - TAG_LENGTH
    if (at < 0) return undefined
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_LENGTH })
    decipher.setAAD(associated)
    decipher.setAuthTag(sealed.subarray(at))
    const text = decipher.update(sealed.subarray(0, at))
    try {
      decipher.final()
    } catch {
      return undefined
    }
    // Only now: before, nobody has verified it.
    return plain(text)
  },
}

/** Begins exchanges under a key of X25519. */
export function nodeSealings(config: KeyConfig): () => Promise<Sealing> {
  const header = headerOf(config)
  const schedule = new Schedule(primitives, suiteOf(X25519_KEM), infoOf(header))
  const x = Buffer.from(config.publicKey).toString('base64url')
  const recipient = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
  const suite = kemSuite(X25519_KEM)
  return async () => {
    const { publicKey, privateKey } = generateKeyPairSync('x25519')
    const enc = plain(Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url'))
    // It throws for a key of small order, with which the secret would be zero (RFC 9180, section 7.1.4).
    const agreed = diffieHellman({ privateKey, publicKey: recipient })
    const prk = primitives.mac(NONE, labelled(suite, 'eae_prk', agreed))
    const about = labelled(suite, 'shared_secret', enc, config.publicKey)
    const context = schedule.begin(
      primitives.mac(prk, concatBytes(Uint8Array.of(0, KEY_LENGTH), about, Uint8Array.of(1))),
    )
    return {
      enc,
      begin: concatBytes(header, enc),
      seal(text, isFinal, before) {
        const head = chunkHead(text.length + TAG_LENGTH, isFinal)
        return context.seal(text, isFinal ? FINAL : NOT_FINAL, concatBytes(before, head))
      },
      expectAnswer() {},
      opener(random) {
        const chunks = answerChunks(primitives, context.exported(ANSWER_LABEL, KEY_LENGTH), enc, random)
        return (sealed, isFinal) => chunks.open(sealed, isFinal ? FINAL : NOT_FINAL)
      },
    }
  }
}

/** Not a Buffer, whose `slice` shares its memory. */
const plain = ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBufferLike>): Bytes =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)
