/**
 * The KMS of the tab, one for each cloud, for the page: calls with plain values. Each trusts the page's own parent instance
 * of that cloud, and answers its enclaves on port 8000 from its first use on.
 */
import { toHex } from '../../src/base/bytes.ts'
import type { ProfileName } from '../../src/base/profile.ts'
import {
  createKms,
  createKmsApp,
  type DecisionTrace,
  type Kms,
  KmsDenial,
  lintPolicy,
  serveKms,
  traceDecision,
  type Warning,
} from '../../src/kms/index.ts'
import { ACCESS_KEY, PRINCIPAL } from './caller.ts'
import type { EnclaveHost } from './enclave-host.ts'

/** Calls that are kept. */
const MAX_CALLS = 100

/** What an enclave and a policy need to know of the KMS. */
export interface KmsFacts {
  /** SHA-256 of its public key, hexadecimal, which an image pins. */
  readonly identity: string
  readonly principal: string
  readonly credentials: typeof ACCESS_KEY
}

/** A key as the page shows it. */
export interface KeyView {
  readonly keyId: string
  readonly description: string
  readonly policy: string
  readonly warnings: readonly Warning[]
}

/** A call of an enclave or of the page that was answered. */
export interface KmsCall {
  /** Counts all calls, from 0. */
  readonly number: number
  readonly caller: 'enclave' | 'page'
  readonly operation: string
  readonly status: number
  /** Why it was refused, statement by statement. */
  readonly trace: DecisionTrace | undefined
  /** The message of a refusal. */
  readonly message: string | undefined
}

/** The calls of the page. */
export class KmsHost {
  readonly #enclaves: EnclaveHost
  readonly #open = new Map<ProfileName, Promise<Kms>>()
  readonly #calls: KmsCall[] = []
  /** The keys of lessons and attacks, which the reader did not create. */
  readonly #ofLab = new Set<string>()
  #total = 0

  constructor(enclaves: EnclaveHost) {
    this.#enclaves = enclaves
  }

  /** Opens the KMS of a cloud. @throws {EnclaveError} as `createParent`. */
  async facts(profile: ProfileName): Promise<KmsFacts> {
    const spki = (await this.#kms(profile)).identity()
    const digest = await crypto.subtle.digest('SHA-256', spki as Uint8Array<ArrayBuffer>)
    const identity = toHex(new Uint8Array(digest))
    return { identity, principal: PRINCIPAL, credentials: ACCESS_KEY }
  }

  /** The reader's keys, oldest first; not those of lessons and attacks. */
  async keys(profile: ProfileName): Promise<KeyView[]> {
    const { owner } = await this.#kms(profile)
    const { keys } = await owner.listKeys({})
    const own = keys.filter(({ keyId }) => !this.#ofLab.has(keyId))
    return Promise.all(own.map(({ keyId }) => this.key(profile, keyId)))
  }

  /** One key. @throws {KmsError} E_KMS_NOT_FOUND */
  async key(profile: ProfileName, keyId: string): Promise<KeyView> {
    const { owner } = await this.#kms(profile)
    const [{ keyMetadata }, { policy }] = [
      await owner.describeKey({ keyId }),
      await owner.getKeyPolicy({ keyId }),
    ]
    return { keyId, description: keyMetadata.description, policy, warnings: lintPolicy(policy) }
  }

  /** Creates a key of a lesson or an attack, which `keys` does not list. @throws {KmsError} E_KMS_POLICY */
  async createLabKey(profile: ProfileName, description: string, policy: string): Promise<KeyView> {
    const key = await this.createKey(profile, description, policy)
    this.#ofLab.add(key.keyId)
    return key
  }

  /** Creates a key. @throws {KmsError} E_KMS_POLICY, E_KMS_VALIDATION */
  async createKey(profile: ProfileName, description: string, policy: string): Promise<KeyView> {
    const { owner } = await this.#kms(profile)
    const { keyMetadata } = await owner.createKey({ description, policy })
    return this.key(profile, keyMetadata.keyId)
  }

  /** Replaces a key's policy. @throws {KmsError} E_KMS_POLICY, with the statement */
  async setPolicy(profile: ProfileName, keyId: string, policy: string): Promise<KeyView> {
    await (await this.#kms(profile)).owner.putKeyPolicy({ keyId, policy })
    return this.key(profile, keyId)
  }

  /** The warnings about a policy that is being written. @throws {KmsError} E_KMS_POLICY */
  async lint(policy: string): Promise<readonly Warning[]> {
    return lintPolicy(policy)
  }

  /** Encrypts as the key's owner. */
  async encrypt(
    profile: ProfileName,
    keyId: string,
    plaintext: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { ciphertextBlob } = await (await this.#kms(profile)).owner.encrypt({ keyId, plaintext })
    return ciphertextBlob
  }

  /** Decrypts as the enclaves' caller, but without an enclave: the policy decides. Undefined if it is refused. */
  async decryptOutside(
    profile: ProfileName,
    ciphertext: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const kms = await this.#kms(profile)
    try {
      const { plaintext } = await kms.as({ principal: PRINCIPAL }).decrypt({ ciphertextBlob: ciphertext })
      this.#record({
        caller: 'page',
        operation: 'Decrypt',
        status: 200,
        trace: undefined,
        message: undefined,
      })
      return plaintext
    } catch (error) {
      const trace = error instanceof KmsDenial ? traceDecision(error.decision) : undefined
      const message = error instanceof Error ? error.message : String(error)
      this.#record({ caller: 'page', operation: 'Decrypt', status: 400, trace, message })
      return undefined
    }
  }

  /** The calls after the first `seen` ones. */
  async calls(seen: number): Promise<readonly KmsCall[]> {
    return this.#calls.filter(({ number }) => number >= seen)
  }

  #kms(profile: ProfileName): Promise<Kms> {
    const known = this.#open.get(profile)
    if (known) return known
    const kms = this.#create(profile)
    this.#open.set(profile, kms)
    // It is tried again by the next call.
    kms.catch(() => this.#open.delete(profile))
    return kms
  }

  async #create(profile: ProfileName): Promise<Kms> {
    const parent = await this.#enclaves.parentOf(profile)
    const kms = await createKms({ attestation: { profile, roots: parent.rootCertificate } })
    const app = createKmsApp(kms, { accessKeys: [{ ...ACCESS_KEY, principal: PRINCIPAL }], explain: 'full' })
    serveKms(parent, {
      fetch: async (request, environment) => {
        const operation = request.headers.get('X-Amz-Target')?.split('.')[1] ?? new URL(request.url).pathname
        const response = await app.fetch(request, environment)
        await this.#watch(operation, response.clone())
        return response
      },
    })
    return kms
  }

  async #watch(operation: string, response: Response): Promise<void> {
    const refusal = response.ok ? {} : await response.json().catch(() => ({}))
    const { trace, message, Message } = refusal as {
      trace?: DecisionTrace
      message?: string
      Message?: string
    }
    this.#record({
      caller: 'enclave',
      operation,
      status: response.status,
      trace,
      message: message ?? Message,
    })
  }

  #record(call: Omit<KmsCall, 'number'>): void {
    this.#calls.push({ ...call, number: this.#total })
    this.#total += 1
    if (this.#calls.length > MAX_CALLS) this.#calls.shift()
  }
}
