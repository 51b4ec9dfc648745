/**
 * The KMS client of an enclave. For secret answers the enclave is the recipient: it sends a new attestation
 * document, and decrypts the envelope inside. Requests go over vsock to the parent, which is not trusted: an answer is
 * accepted only if the KMS whose key the image pins has signed it for this request.
 */

import { fromBase64 } from '../../base/base64.ts'
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { HttpResponse } from '../../http1/reader.ts'
import { type BytesInput, bytesOf, integerOf, stringOf } from '../arguments.ts'
import { AWS, type Dialect, type Given, huawei, type Wanted } from './dialects.ts'
import { ask, type Question } from './http.ts'
import { adoptKey, digestOf, type PinnedIdentity, readIdentity, verifyAnswer } from './identity.ts'
import { type ContextOption, checkOptions, contextOf, type KmsClientOptions, keyOf } from './options.ts'
import { Recipient } from './recipient.ts'
import { signAws, signHuawei } from './signing.ts'

const TIMEOUT = 30_000
const PORT = 8000

export type { ContextOption, KmsClientOptions }

/** A KMS client; made with `createKmsClient`. */
export class KmsClient {
  readonly #options: KmsClientOptions
  readonly #dialect: Dialect
  readonly #identity: PinnedIdentity | undefined
  readonly #recipient: Recipient = recipient

  /** @throws {EnclaveError} E_KMS_OPTIONS */
  constructor(options: KmsClientOptions) {
    checkOptions(options)
    this.#options = options
    this.#identity = options.identity === 'unverified' ? undefined : readIdentity(options.identity)
    this.#dialect = options.dialect === 'huawei' ? huawei(options.projectId ?? '0') : AWS
  }

  /**
   * Decrypts `ciphertext` to at most 4,096 bytes, which cross vsock in an envelope for this enclave only.
   * @throws {EnclaveError} E_KMS_REFUSED with the KMS's own reason; E_KMS_IDENTITY if the answer is not from the pinned
   * KMS;
   *   E_KMS_CONNECTION, E_KMS_ANSWER, E_CMS, E_CMS_DECRYPT.
   */
  async decrypt(ciphertext: BytesInput, options: ContextOption = {}): Promise<Bytes> {
    return this.#secret({
      operation: 'decrypt',
      ciphertext: bytesOf('ciphertext', ciphertext),
      ...keyOf(options),
    })
  }

  /** A new AES-256 data key (32 bytes), and its ciphertext under the key `keyId` to store. @throws as `decrypt` */
  async generateDataKey(
    keyId: string,
    options: Omit<ContextOption, 'keyId'> = {},
  ): Promise<{ plaintext: Bytes; ciphertext: Bytes }> {
    const { plaintext, ciphertext } = await this.#release({
      operation: 'generateDataKey',
      keyId: stringOf('keyId', keyId),
      context: contextOf(options),
    })
    return { plaintext, ciphertext: required(ciphertext, 'the ciphertext of the data key') }
  }

  /** Decrypts a ciphertext of `generateDataKey`. @throws as `decrypt` */
  async decryptDataKey(ciphertext: BytesInput, options: ContextOption = {}): Promise<Bytes> {
    const wanted = { operation: 'decryptDataKey', ciphertext: bytesOf('ciphertext', ciphertext) } as const
    return this.#secret({ ...wanted, ...keyOf(options) })
  }

  /** `length` random bytes from the KMS, 1 to 1,024. @throws as `decrypt` */
  async generateRandom(length: number): Promise<Bytes> {
    return this.#secret({ operation: 'generateRandom', length: integerOf('length', length, 1, 1024) })
  }

  /**
   * Encrypts `plaintext` under the key `keyId`. Neither cloud supports a recipient here: **the plaintext crosses
   * vsock unencrypted**, so use data keys for secrets of the enclave.
   * @throws as `decrypt`
   */
  async encrypt(
    keyId: string,
    plaintext: BytesInput,
    options: Omit<ContextOption, 'keyId'> = {},
  ): Promise<Bytes> {
    const given = await this.#perform({
      operation: 'encrypt',
      keyId: stringOf('keyId', keyId),
      plaintext: bytesOf('plaintext', plaintext),
      context: contextOf(options),
    })
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
      what: `the KMS rejected ${wanted.operation}`,
      got: `status ${answer.status}, ${this.#dialect.refusal(read).slice(0, 1000)}`,
    })
  }

  /** Sends a request and verifies that the answer is the KMS's. */
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

/** One key pair for the whole enclave. */
const recipient = new Recipient()

/**
 * Creates a KMS client.
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
    what: 'the answer is not a JSON object',
    got: `${body.length} bytes`,
  })
}

function required<Value>(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value
  throw new EnclaveError('E_KMS_ANSWER', { what: `${name} is missing from the answer` })
}
