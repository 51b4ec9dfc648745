/** An enclave, and a KMS that it calls through its parent. */
import * as node from 'node:crypto'
import {
  createKms,
  createKmsApp,
  type Kms,
  type KmsApp,
  type KmsListener,
  serveKms,
} from '../../src/kms/index.ts'
import type { HttpApp } from '../../src/kms/vsock/http-connection.ts'
import type { Parent } from '../../src/parent/index.ts'
import { Laboratory, type Reply } from '../support/laboratory.ts'

export const CREDENTIALS = { accessKeyId: 'AKID', secretAccessKey: 'secret' }
const ALLOWED = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }],
})
/** A caller with all permissions. */
export const CALLER: { principal: string; policies: string[] } = {
  principal: 'arn:aws:iam::000000000000:role/enclave',
  policies: [ALLOWED],
}
export const CONTEXT = { tenant: 'a' }

export const identityOf = (one: Kms): string => node.hash('sha256', one.identity())

/** Source code for `array` in an enclave's program. */
export const bytes = (array: Uint8Array): string => `Uint8Array.from([${[...array]}])`

/** A KMS that trusts the attestation documents of `parent`. */
export const kmsFor = (parent: Parent): Promise<Kms> =>
  createKms({ attestation: { profile: 'qingtian', roots: parent.rootCertificate } })

/** An HTTP app of `kms` for `CALLER`. */
export const appOf = (kms: Kms, credentials: object = CREDENTIALS): KmsApp =>
  createKmsApp(kms, { accessKeys: [{ ...CREDENTIALS, ...credentials, ...CALLER }] })

/** The enclave, the KMS, and an encrypted secret. */
export class KmsLab implements AsyncDisposable {
  readonly guest: Laboratory
  readonly kms: Kms
  readonly app: KmsApp
  readonly keyId: string
  /** 'the secret', encrypted with that key. */
  readonly ciphertext: Uint8Array
  #serving: KmsListener | undefined

  private constructor(guest: Laboratory, kms: Kms, keyId: string, ciphertext: Uint8Array) {
    this.guest = guest
    this.kms = kms
    this.app = appOf(kms)
    this.keyId = keyId
    this.ciphertext = ciphertext
  }

  static async open(): Promise<KmsLab> {
    const guest = await Laboratory.open()
    const kms = await kmsFor(guest.parent)
    const { keyId } = (await kms.owner.createKey({})).keyMetadata
    return new KmsLab(guest, kms, keyId, await encrypt(kms, keyId, 'the secret'))
  }

  /** Serves `app` on the KMS's port, in place of the previous one. */
  async serve(app: HttpApp = this.app): Promise<void> {
    await this.endService()
    this.#serving = serveKms(this.guest.parent, app)
  }

  async endService(): Promise<void> {
    await this.#serving?.close()
    this.#serving = undefined
  }

  encrypted(text: string, context: Record<string, string> = CONTEXT): Promise<Uint8Array> {
    return encrypt(this.kms, this.keyId, text, context)
  }

  /** Runs `code` in the enclave with a client `kms`, which is pinned to this KMS by default. */
  attempt(code: string, options: object = {}): Promise<Reply> {
    const all = { identity: identityOf(this.kms), credentials: CREDENTIALS, ...options }
    return this.guest.attempt(
      `const kms = sdk.createKmsClient(${JSON.stringify(all)}); const text = (bytes) => new TextDecoder().decode(bytes); ${code}`,
    )
  }

  /** The enclave's result of decrypting the ciphertext. */
  decrypt(options: object = {}, ciphertext: Uint8Array = this.ciphertext): Promise<Reply> {
    const context = JSON.stringify(CONTEXT)
    return this.attempt(
      `return text(await kms.decrypt(${bytes(ciphertext)}, { encryptionContext: ${context} }))`,
      options,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endService()
    await this.guest[Symbol.asyncDispose]()
    await this.kms.close()
  }
}

/** Encrypts `text` with a key of `kms`. */
export async function encrypt(
  kms: Kms,
  keyId: string,
  text: string,
  encryptionContext: Record<string, string> = CONTEXT,
): Promise<Uint8Array> {
  const plaintext = new TextEncoder().encode(text)
  return (await kms.owner.encrypt({ keyId, plaintext, encryptionContext })).ciphertextBlob
}
