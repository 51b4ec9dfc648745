/**
 * HPKE (RFC 9180, base mode, HKDF-SHA256) from the shared secret on, and the keys of an answer (RFC 9458, section 4.4), over
 * primitives that answer at once, so that an exchange does not wait for a dozen promises. Everything about a key that does
 * not change is computed once.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { malformed } from './error.ts'
import { AES_256_GCM, HKDF_SHA256, KEY_LENGTH, NONCE_LENGTH } from './names.ts'

/** The cryptography beneath. */
export interface Primitives {
  /** HMAC-SHA256. */
  mac(key: Uint8Array, data: Uint8Array): Bytes
  /** AES-GCM: `before`, the ciphertext, and the tag, in one array. */
  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    associated: Uint8Array,
    text: Uint8Array,
    before: Uint8Array,
  ): Bytes
  /** The text; undefined if the tag is wrong. */
  open(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Bytes | undefined
}

const encoder = new TextEncoder()
const VERSION = encoder.encode('HPKE-v1')
const NONE = new Uint8Array(0)
const BASE_MODE = 0
/** Bytes of an output of SHA-256. */
const HASH_LENGTH = 32
/** Ends what HKDF-Expand authenticates for its first block, which is all that we need. */
const FIRST_BLOCK = Uint8Array.of(1)

const two = (value: number) => Uint8Array.of(value >> 8, value & 255)

/** The algorithms of a context. Keys of AES have 16 or 32 bytes. */
export interface Suite {
  readonly kem: number
  readonly aead: number
  readonly keyLength: number
}

/** The suite of the channel with a mechanism. */
export const suiteOf = (kem: number): Suite => ({ kem, aead: AES_256_GCM, keyLength: KEY_LENGTH })

/** What LabeledExtract authenticates (RFC 9180, section 4). */
export function labelled(suite: Uint8Array, label: string, ...parts: readonly Uint8Array[]): Bytes {
  return concatBytes(VERSION, suite, encoder.encode(label), ...parts)
}

/** The suite's id within a mechanism. */
export const kemSuite = (kem: number): Bytes => concatBytes(encoder.encode('KEM'), two(kem))

/** The key schedule for one `info`, with all that does not depend on the shared secret. */
export class Schedule {
  readonly #primitives: Primitives
  readonly #suite: Suite
  readonly #id: Bytes
  readonly #secret: Bytes
  readonly #key: Bytes
  readonly #nonce: Bytes
  readonly #exporter: Bytes
  readonly #labels = new Map<string, Bytes>()

  constructor(primitives: Primitives, suite: Suite, info: Uint8Array) {
    this.#primitives = primitives
    this.#suite = suite
    const { mac } = primitives
    const { kem, aead, keyLength } = suite
    this.#id = concatBytes(encoder.encode('HPKE'), two(kem), two(HKDF_SHA256), two(aead))
    const pskHash = mac(NONE, labelled(this.#id, 'psk_id_hash'))
    const infoHash = mac(NONE, labelled(this.#id, 'info_hash', info))
    const context = concatBytes(Uint8Array.of(BASE_MODE), pskHash, infoHash)
    this.#secret = labelled(this.#id, 'secret')
    this.#key = this.#expansion(keyLength, 'key', context)
    this.#nonce = this.#expansion(NONCE_LENGTH, 'base_nonce', context)
    this.#exporter = this.#expansion(HASH_LENGTH, 'exp', context)
  }

  /** The context of one exchange. */
  begin(sharedSecret: Uint8Array): Context {
    const { mac } = this.#primitives
    const secret = mac(sharedSecret, this.#secret)
    return new Context(
      this.#primitives,
      mac(secret, this.#key).subarray(0, this.#suite.keyLength),
      mac(secret, this.#nonce).subarray(0, NONCE_LENGTH),
      (label, length) => {
        const exporter = mac(secret, this.#exporter)
        return mac(exporter, this.#expansionOf(label, length)).subarray(0, length)
      },
    )
  }

  /** That of an exported secret; there are few. */
  #expansionOf(label: string, length: number): Bytes {
    const name = `${length} ${label}`
    const known = this.#labels.get(name)
    if (known) return known
    const expansion = this.#expansion(length, 'sec', encoder.encode(label))
    this.#labels.set(name, expansion)
    return expansion
  }

  /** What HKDF-Expand authenticates for `length` bytes, at most 32. */
  #expansion(length: number, label: string, info: Uint8Array): Bytes {
    return concatBytes(two(length), labelled(this.#id, label, info), FIRST_BLOCK)
  }
}

/** Seals or opens the chunks of one direction, in their order. */
export class Chunks {
  readonly #primitives: Primitives
  readonly #key: Bytes
  readonly #nonces: Nonces

  constructor(primitives: Primitives, key: Bytes, nonce: Bytes) {
    this.#primitives = primitives
    this.#key = key
    this.#nonces = new Nonces(nonce)
  }

  /** What is sealed, after `before`. */
  seal(text: Uint8Array, associated: Uint8Array, before: Uint8Array = NONE): Bytes {
    return this.#primitives.seal(this.#key, this.#nonces.next(), associated, text, before)
  }

  /** @throws {EnclaveError} E_CHANNEL_MESSAGE if this is not what the sender has sealed next. */
  open(sealed: Uint8Array, associated: Uint8Array): Bytes {
    const text = this.#primitives.open(this.#key, this.#nonces.next(), associated, sealed)
    if (text) return text
    throw malformed('a chunk cannot be decrypted', 'the next chunk of its sender', `${sealed.length} bytes`)
  }
}

/** The context of a sender or of its receiver. */
export class Context extends Chunks {
  /** A secret of `length` bytes, at most 32, for another use. */
  readonly exported: (label: string, length: number) => Bytes

  constructor(
    primitives: Primitives,
    key: Bytes,
    nonce: Bytes,
    exported: (label: string, length: number) => Bytes,
  ) {
    super(primitives, key, nonce)
    this.exported = exported
  }
}

const KEY_INFO = encoder.encode('key\x01')
const NONCE_INFO = encoder.encode('nonce\x01')

/** The chunks of an answer: `secret` was exported for it, and `random` begins it. */
export function answerChunks(
  primitives: Primitives,
  secret: Uint8Array,
  enc: Uint8Array,
  random: Uint8Array,
  keyLength: number = KEY_LENGTH,
): Chunks {
  const { mac } = primitives
  const prk = mac(concatBytes(enc, random), secret)
  const key = mac(prk, KEY_INFO).subarray(0, keyLength)
  return new Chunks(primitives, key, mac(prk, NONCE_INFO).subarray(0, NONCE_LENGTH))
}

/** A base nonce, XORed with the number of the message. */
class Nonces {
  readonly #base: Bytes
  #count = 0

  constructor(base: Bytes) {
    this.#base = base
  }

  /** 2^32 chunks take more than all time: then it throws, because no nonce may be used twice. */
  next(): Bytes {
    const count = this.#count++
    if (count > 0xffffffff) throw malformed('a message has too many chunks', 'at most 2^32', 'more')
    const nonce = this.#base.slice()
    for (let at = nonce.length - 1, rest = count; rest > 0; at--, rest >>>= 8)
      nonce[at] = nonce[at]! ^ (rest & 255)
    return nonce
  }
}
