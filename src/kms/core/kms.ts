/**
 * A KMS: keys that never leave it, used by whom their policies allow, with answers that only the enclave
 * can decrypt. It runs in Node and in a tab; everything that it stores is sealed under a master key.
 */

import { fingerprintsOf } from '../../attestation/verify/roots.ts'
import type { Bytes } from '../../base/bytes.ts'
import { KeyRing } from '../keys/key-ring.ts'
import { keyNames, type Place, placeOf } from '../keys/place.ts'
import type { KeyRecord } from '../keys/record.ts'
import { requireTokens } from '../operations/grant-token.ts'
import {
  type InputOf,
  type KmsClient,
  OPERATIONS,
  type OperationName,
  type OutputOf,
} from '../operations/index.ts'
import type { RecipientInput } from '../operations/operation.ts'
import { lintStoredPolicy, type Warning } from '../policy/lint.ts'
import { readStoredPolicy } from '../policy/policy.ts'
import type { Caller } from '../policy/request.ts'
import type { Policy } from '../policy/statement.ts'
import { Nonces } from '../recipient/nonces.ts'
import { type AttestationTrust, attestRecipient } from '../recipient/recipient.ts'
import { MemoryStore } from '../store/memory.ts'
import type { KmsStore } from '../store/store.ts'
import { Call, type ReadCaller } from './call.ts'
import { readCaller } from './caller.ts'
import { KmsError } from './error.ts'
import { type Identity, openIdentity } from './identity.ts'
import { type Form, readInput } from './input.ts'
import { createMasterKey } from './master-key.ts'
import { checkedOptions, type KmsOptions } from './options.ts'
import { SealedStore } from './sealed-store.ts'

/** A warning about the policy of a key. */
export interface KeyWarning extends Warning {
  readonly keyId: string
}

const PAGE = 1000

/**
 * A KMS, made with createKms; see the file comment.
 *
 * @example
 * await using kms = await createKms()
 * const { keyMetadata } = await kms.owner.createKey({ description: 'for the example' })
 * const plaintext = new TextEncoder().encode('a secret')
 * const { ciphertextBlob } = await kms.owner.encrypt({ keyId: keyMetadata.keyId, plaintext })
 * const { plaintext: opened } = await kms.owner.decrypt({ ciphertextBlob })
 * new TextDecoder().decode(opened) // 'a secret'
 */
export class Kms {
  readonly #store: KmsStore
  readonly #ring: KeyRing
  readonly #identity: Identity
  readonly #nonces: Nonces
  readonly #trust: AttestationTrust | undefined
  readonly #now: () => number
  /** Parsed key policies. An unchanged record stays the same object, so it can be the key of the cache. */
  readonly #policies = new WeakMap<KeyRecord, Policy>()
  /** The operations without policy checks, for the program that holds this object. */
  readonly owner: KmsClient

  private constructor(options: KmsOptions, store: KmsStore, sealed: SealedStore, identity: Identity) {
    this.#now = options.now ?? Date.now
    this.#store = store
    this.#ring = new KeyRing(sealed, placeOf(options.place), this.#now)
    this.#identity = identity
    this.#nonces = new Nonces(sealed, this.#now)
    this.#trust = options.attestation
    this.owner = this.#client(undefined)
  }

  /** @internal */
  static async open(given: KmsOptions): Promise<Kms> {
    const options = checkedOptions(given)
    const { attestation } = options
    // A wrong root is a mistake of this program: it must not be found by the first enclave's call.
    if (attestation) await fingerprintsOf(attestation.roots, attestation.allowTestRoot)
    const store = options.store ?? new MemoryStore()
    const sealed = new SealedStore(store, options.masterKey ?? (await createMasterKey()))
    return new Kms(options, store, sealed, await openIdentity(sealed))
  }

  /** The public key to verify its answers with: SubjectPublicKeyInfo in DER, P-384, 120 bytes. */
  identity(): Bytes {
    return Uint8Array.from(this.#identity.spki)
  }

  /** Signs answers (`http/message-signature.ts`). @internal */
  get signer(): Identity {
    return this.#identity
  }

  /** The region, account and domain of its keys. */
  get place(): Place {
    return this.#ring.place
  }

  /** A nonce for one attestation document, valid for 5 minutes. 32 bytes. */
  nonce(): Promise<Bytes> {
    return this.#nonces.issue()
  }

  /**
   * The operations as `caller`, subject to the key policies and the caller's own policies.
   * @throws {KmsError} E_KMS_POLICY for an invalid policy of the caller.
   */
  as(caller: Caller): KmsClient {
    return this.#client(readCaller(caller))
  }

  /**
   * One operation with unvalidated input; `as` is the typed variant. `undefined` as the caller means the owner.
   * @throws {KmsError} any code of `KMS_CODES`; E_KMS_INTERNAL, E_KMS_SEALED and E_KMS_STORE are not the caller's
   * fault.
   * @internal
   */
  async perform<Name extends OperationName>(
    name: Name,
    input: unknown,
    caller: ReadCaller | undefined,
    form: Form = 'bytes',
  ): Promise<OutputOf<Name>> {
    const operation = OPERATIONS[name]
    const read = readInput(operation.fields as never, input, form) as InputOf<Name>
    const { recipient, keyId, grantTokens } = read as {
      recipient?: RecipientInput
      keyId?: string
      grantTokens?: readonly string[]
    }
    if (grantTokens) await requireTokens(this.#ring, grantTokens)
    const call = new Call({
      ring: this.#ring,
      now: this.#now,
      caller,
      recipient:
        recipient &&
        (await attestRecipient(recipient.attestationDocument, this.#trust, this.#nonces, this.#now())),
      allowDebug: this.#trust?.allowDebug ?? false,
      policyOf: (record) => this.#policyOf(record),
      alias: /(?:^|:)(alias\/.+)$/.exec(keyId ?? '')?.[1],
    })
    const output = await (operation.run as (call: Call, input: unknown) => Promise<OutputOf<Name>>)(
      call,
      read,
    )
    if (call.isAuthorized) return output
    throw new KmsError('E_KMS_INTERNAL', { what: `${name} answered without a policy check` })
  }

  /**
   * The warnings about the policies of all keys. A stored policy that this release would reject (`L_KMS_REFUSED`)
   * denies everything to everybody but the owner until it is replaced.
   * @throws {KmsError} E_KMS_SEALED, E_KMS_STORE
   */
  async lint(): Promise<readonly KeyWarning[]> {
    const warnings: KeyWarning[] = []
    for (let ids = await this.#ring.ids(PAGE); ids.length > 0; ids = await this.#ring.ids(PAGE, ids.at(-1))) {
      for (const keyId of ids) {
        const { policy } = await this.#ring.find(keyId)
        const found = lintStoredPolicy(policy, keyNames(this.place, keyId))
        warnings.push(...found.map((warning) => ({ keyId, ...warning })))
      }
    }
    return warnings
  }

  /** Closes the store. */
  close(): Promise<void> {
    return this.#store.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #client(caller: ReadCaller | undefined): KmsClient {
    const methods = Object.keys(OPERATIONS).map((name) => [
      name,
      (input: unknown) => this.perform(name as OperationName, input, caller),
    ])
    return Object.freeze(Object.fromEntries(methods))
  }

  #policyOf(record: KeyRecord): Policy {
    const known = this.#policies.get(record)
    if (known !== undefined) return known
    const read = readStoredPolicy(record.policy, 'key policy', keyNames(this.place, record.id))
    this.#policies.set(record, read)
    return read
  }
}

/**
 * Opens the KMS in a store, or creates a new one in an empty store.
 *
 * @throws {EnclaveError} E_VERIFY_ROOTS, E_VERIFY_TEST_ROOT, E_CERTIFICATE_… for roots that cannot be trusted.
 * @throws {KmsError} E_KMS_CONFIG for an unknown or invalid option, E_KMS_SEALED if the store was sealed under another master key, E_KMS_STORE if it cannot be read.
 * @example
 * await using kms = await createKms()
 * const { keyMetadata } = await kms.owner.createKey({})
 */
export function createKms(options: KmsOptions = {}): Promise<Kms> {
  return Kms.open(options)
}
