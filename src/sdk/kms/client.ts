/**
 * A KMS as an enclave uses it. Where an answer is secret, the enclave is its recipient: it sends a fresh attestation
 * document, and opens the envelope inside. What it asks goes over vsock to the parent, who may be anybody: answers count
 * only if the KMS whose key the image pins has signed them for this very question.
 */

import { fromBase64 } from '../../base/base64.ts'
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { HttpResponse } from '../../http1/reader.ts'
import { AWS, type Dialect, type EncryptionContext, type Given, huawei, type Wanted } from './dialects.ts'
import { ask, type Question } from './http.ts'
import { adoptKey, digestOf, type PinnedIdentity, readIdentity, verifyAnswer } from './identity.ts'
import { Recipient } from './recipient.ts'
import { type Credentials, signAws, signHuawei } from './signing.ts'

/** Which KMS, and who asks. */
export interface KmsClientOptions {
  /**
   * The key of the KMS, pinned by the image: SubjectPublicKeyInfo in DER (P-384, 120 bytes), or its SHA-256 in
   * hexadecimal. `'unverified'` believes whoever answers: the parent can then choose every "secret" itself.
   */
  readonly identity: Uint8Array | string
  /** Whose form of requests. @default 'aws' */
  readonly dialect?: 'aws' | 'huawei'
  /** The port of the parent instance at which the KMS, or a proxy to it, listens. @default 8000 */
  readonly port?: number
  /** What requests name as host. @default 'kms' */
  readonly host?: string
  /** The access key that requests are signed with. @default unsigned */
  readonly credentials?: Credentials
  /** The region that AWS's signatures name. @default 'local-1' */
  readonly region?: string
  /** The project in the paths of Huawei's form. @default '0' */
  readonly projectId?: string
  /** Whether each document carries a nonce that the KMS gave out just before: one question more. @default false */
  readonly kmsNonce?: boolean
  /** Milliseconds that a question may take. @default 30,000 */
  readonly timeout?: number
}

/** What a ciphertext is bound to. */
export interface ContextOption {
  readonly encryptionContext?: EncryptionContext
  /** The key that must have made the ciphertext. */
  readonly keyId?: string
}

const TIMEOUT = 30_000
const PORT = 8000

/** See `createKmsClient`. */
export class KmsClient {
  readonly #options: KmsClientOptions
  readonly #dialect: Dialect
  readonly #identity: PinnedIdentity | undefined
  readonly #recipient: Recipient = recipient

  /** @throws {EnclaveError} E_KMS_OPTIONS */
  constructor(options: KmsClientOptions) {
    this.#options = options
    this.#identity = options.identity === 'unverified' ? undefined : readIdentity(options.identity)
    this.#dialect = options.dialect === 'huawei' ? huawei(options.projectId ?? '0') : AWS
  }

  /**
   * The plaintext of `ciphertext`, at most 4,096 bytes; it crosses vsock in an envelope for this enclave only.
   * @throws {EnclaveError} E_KMS_REFUSED with the KMS's own reason; E_KMS_IDENTITY where not the KMS answers;
   *   E_KMS_CONNECTION, E_KMS_ANSWER, E_CMS, E_CMS_DECRYPT.
   */
  async decrypt(ciphertext: Uint8Array, { encryptionContext, keyId }: ContextOption = {}): Promise<Bytes> {
    return this.#secret({ operation: 'decrypt', ciphertext, keyId, context: encryptionContext })
  }

  /** A new AES-256 key under the key `keyId`: 32 bytes, and the ciphertext to keep. @throws as `decrypt` */
  async generateDataKey(
    keyId: string,
    { encryptionContext }: Omit<ContextOption, 'keyId'> = {},
  ): Promise<{ plaintext: Bytes; ciphertext: Bytes }> {
    const { plaintext, ciphertext } = await this.#release({
      operation: 'generateDataKey',
      keyId,
      context: encryptionContext,
    })
    return { plaintext, ciphertext: required(ciphertext, 'the ciphertext of the data key') }
  }

  /** The data key whose ciphertext `generateDataKey` gave. @throws as `decrypt` */
  async decryptDataKey(
    ciphertext: Uint8Array,
    { encryptionContext, keyId }: ContextOption = {},
  ): Promise<Bytes> {
    return this.#secret({ operation: 'decryptDataKey', ciphertext, keyId, context: encryptionContext })
  }

  /** `length` random bytes of the KMS, 1 to 1,024. @throws as `decrypt` */
  async generateRandom(length: number): Promise<Bytes> {
    return this.#secret({ operation: 'generateRandom', length })
  }

  /**
   * The ciphertext of `plaintext` under the key `keyId`. Neither cloud takes a recipient here: **the plaintext crosses
   * vsock as it is**, so use it for what is no secret of the enclave, and data keys for what is.
   * @throws as `decrypt`
   */
  async encrypt(
    keyId: string,
    plaintext: Uint8Array,
    { encryptionContext }: Omit<ContextOption, 'keyId'> = {},
  ): Promise<Bytes> {
    const given = await this.#perform({ operation: 'encrypt', keyId, plaintext, context: encryptionContext })
    return required(given.ciphertext, 'the ciphertext')
  }

  async #secret(wanted: Wanted): Promise<Bytes> {
    return (await this.#release(wanted)).plaintext
  }

  async #release(wanted: Wanted): Promise<Given & { plaintext: Bytes }> {
    const nonce = this.#options.kmsNonce ? await this.#nonce() : undefined
    const given = await this.#perform(wanted, this.#recipient.attest(nonce))
    const plaintext = this.#recipient.open(required(given.envelope, 'the envelope'))
    return { ...given, plaintext }
  }

  async #perform(wanted: Wanted, document?: Bytes): Promise<Given> {
    const { path, headers, body } = this.#dialect.write(wanted, document)
    const answer = await this.#ask({ method: 'POST', path, headers, body: utf8(JSON.stringify(body)) })
    const read = readJson(answer)
    if (answer.status === 200) return this.#dialect.read(wanted, read)
    throw new EnclaveError('E_KMS_REFUSED', {
      what: `the KMS refuses ${wanted.operation}`,
      got: `status ${answer.status}, ${this.#dialect.refusal(read).slice(0, 1000)}`,
    })
  }

  /** Asks, and lets no answer through that is not the KMS's. */
  async #ask(plain: Question): Promise<HttpResponse> {
    const {
      credentials,
      region = 'local-1',
      dialect,
      host = 'kms',
      port = PORT,
      timeout = TIMEOUT,
    } = this.#options
    const headers = { ...plain.headers, host, 'content-digest': digestOf(plain.body) }
    const question = { ...plain, headers }
    const identity = this.#identity
    if (identity && !identity.spki) {
      const about = { method: 'GET', path: '/webclave/identity', headers: { host }, body: utf8('') } as const
      const { spki } = readJson(await ask(port, about, timeout))
      adoptKey(identity, fromBase64(String(spki)))
    }
    const now = new Date()
    const signed = !credentials
      ? question
      : dialect === 'huawei'
        ? signHuawei(question, credentials, now)
        : signAws(question, credentials, region, now)
    const answer = await ask(port, signed, timeout)
    if (identity) verifyAnswer(identity, question, answer)
    return answer
  }

  async #nonce(): Promise<Bytes> {
    const { nonce } = readJson(
      await this.#ask({ method: 'POST', path: '/webclave/nonce', headers: {}, body: utf8('') }),
    )
    return fromBase64(String(nonce))
  }
}

/** One key pair for all of an enclave. */
const recipient = new Recipient()

/**
 * A KMS that can be asked.
 *
 * @throws {EnclaveError} E_KMS_OPTIONS
 * @example
 * const kms = createKmsClient({ identity: 'f'.repeat(64), dialect: 'huawei', projectId: '0' })
 * await kms.decrypt(new Uint8Array(64)).catch(({ code }) => code)
 */
export const createKmsClient = (options: KmsClientOptions): KmsClient => new KmsClient(options)

const utf8 = (text: string): Bytes => new TextEncoder().encode(text) as Bytes

function readJson({ body }: HttpResponse): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (cause) {
    throw new EnclaveError('E_KMS_ANSWER', {
      what: 'the answer is not JSON',
      got: `${body.length} bytes`,
      cause,
    })
  }
  throw new EnclaveError('E_KMS_ANSWER', {
    what: 'the answer is no JSON object',
    got: `${body.length} bytes`,
  })
}

function required<Value>(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value
  throw new EnclaveError('E_KMS_ANSWER', { what: `${name} is missing from the answer` })
}
