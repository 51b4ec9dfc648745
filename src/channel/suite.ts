/** The sender of HPKE (RFC 9180, base mode), by @hpke/core and WebCrypto, and the keys of an answer (RFC 9458, section 4.4). */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { headerOf, infoOf, type Sealing } from './sealing.ts'
import { chunkBytes, FINAL, NOT_FINAL, type OpenChunk } from './wire/chunks.ts'
import { malformed } from './wire/error.ts'
import type { KeyConfig } from './wire/key-config.ts'
import { ANSWER_LABEL, KEY_LENGTH, NONCE_LENGTH, X25519_KEM } from './wire/names.ts'

export type Suite = ReturnType<typeof import('./hpke-core.ts').createSuite>
type SenderContext = Awaited<ReturnType<Suite['createSenderContext']>>

const encoder = new TextEncoder()
/** How often a context is begun: WebKitGTK 2.50.6 fails to make one key of X25519 in some 250. */
const ATTEMPTS = 5

/** Loads the packages that are needed for keys of `kem`. @throws {EnclaveError} E_CHANNEL_PACKAGE */
export async function loadSuite(kem: number): Promise<Suite> {
  const { createSuite } = await needed('@hpke/core@1.9.0', () => import('./hpke-core.ts'))
  if (kem === X25519_KEM) return createSuite()
  const { createXWing } = await needed('@hpke/hybridkem-x-wing@0.7.0', () => import('./hpke-x-wing.ts'))
  return createSuite(createXWing())
}

async function needed<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    throw new EnclaveError('E_CHANNEL_PACKAGE', {
      what: `webclave/channel needs the package ${name.replace(/@[^@]*$/, '')}, which could not be loaded`,
      expected: 'it beside webclave',
      hint: `npm install ${name}`,
      cause,
    })
  }
}

/** A key of an enclave, ready for use. */
export interface SealingKey {
  readonly suite: Suite
  readonly publicKey: CryptoKey
  readonly header: Bytes
}

export async function sealingKey(suite: Suite, config: KeyConfig): Promise<SealingKey> {
  const publicKey = await suite.kem.deserializePublicKey(config.publicKey.buffer)
  return { suite, publicKey, header: headerOf(config) }
}

export class WebSealing implements Sealing {
  readonly begin: Bytes
  readonly enc: Bytes
  readonly #context: SenderContext
  #material: Promise<CryptoKey> | undefined

  private constructor(header: Bytes, context: SenderContext) {
    this.#context = context
    this.enc = new Uint8Array(context.enc)
    this.begin = concatBytes(header, this.enc)
  }

  /** A fresh context for `key`. */
  static async create({ suite, publicKey, header }: SealingKey): Promise<WebSealing> {
    const info = infoOf(header)
    for (let attempt = 1; ; attempt++) {
      try {
        const context = await suite.createSenderContext({ recipientPublicKey: publicKey, info: info.buffer })
        return new WebSealing(header, context)
      } catch (error) {
        // Nothing was sealed yet, and each attempt has a key of its own.
        if (attempt === ATTEMPTS) throw error
      }
    }
  }

  async seal(text: Uint8Array, isFinal: boolean, before: Uint8Array): Promise<Bytes> {
    const sealed = await this.#context.seal(text, isFinal ? FINAL : NOT_FINAL)
    return chunkBytes(new Uint8Array(sealed), isFinal, before)
  }

  /** Derives what the keys of the answer are made of, while it is awaited. */
  expectAnswer(): void {
    this.#material ??= this.#derive()
    this.#material.catch(() => {})
  }

  async #derive(): Promise<CryptoKey> {
    const secret = await this.#context.export(encoder.encode(ANSWER_LABEL), KEY_LENGTH)
    return crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits', 'deriveKey'])
  }

  async opener(random: Uint8Array): Promise<OpenChunk> {
    const { subtle } = crypto
    this.#material ??= this.#derive()
    const material = await this.#material
    const derivation = (info: string) => ({
      name: 'HKDF',
      hash: 'SHA-256',
      salt: concatBytes(this.enc, random),
      info: encoder.encode(info),
    })
    const aes = { name: 'AES-GCM', length: 8 * KEY_LENGTH }
    const [key, base] = await Promise.all([
      subtle.deriveKey(derivation('key'), material, aes, false, ['decrypt']),
      subtle.deriveBits(derivation('nonce'), material, 8 * NONCE_LENGTH),
    ])
    let count = 0
    return async (sealed, isFinal) => {
      const iv = new Uint8Array(base.slice(0))
      const last = new DataView(iv.buffer)
      last.setUint32(NONCE_LENGTH - 4, last.getUint32(NONCE_LENGTH - 4) ^ count++)
      const parameters = { name: 'AES-GCM', iv, additionalData: isFinal ? FINAL : NOT_FINAL }
      try {
        return new Uint8Array(await subtle.decrypt(parameters, key, sealed as Bytes))
      } catch {
        throw malformed(
          'a chunk cannot be decrypted',
          'the next chunk of the enclave',
          `${sealed.length} bytes`,
        )
      }
    }
  }
}
