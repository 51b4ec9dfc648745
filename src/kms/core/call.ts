/**
 * One call: who makes it, the recipient that it is for, the gate that it must pass, and the release of what it gives.
 * An operation gets nothing of the KMS but this, and nothing leaves the KMS without having passed the gate.
 */
import type { Bytes } from '../../base/bytes.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { keyArn, keyNames } from '../keys/place.ts'
import type { KeyRecord } from '../keys/record.ts'
import type { PolicyAction } from '../policy/actions.ts'
import { requireKnownKey } from '../policy/condition-keys.ts'
import { decide } from '../policy/decision.ts'
import { KmsDenial } from '../policy/denial.ts'
import { readPolicy } from '../policy/policy.ts'
import { accountOf, roleOf } from '../policy/principals.ts'
import { type AccessRequest, ConditionContext, type ConditionValues } from '../policy/request.ts'
import type { Policy } from '../policy/statement.ts'
import { sealFor } from '../recipient/envelope.ts'
import type { AttestedRecipient } from '../recipient/recipient.ts'
import { KmsError } from './error.ts'

/** Who calls, their own policies read. `undefined` in its place is the owner, whom no policy binds. */
export interface ReadCaller {
  readonly principal: string
  readonly policies: readonly Policy[]
}

/** What a call is made of. */
export interface CallParts {
  readonly ring: KeyRing
  readonly now: () => number
  readonly caller: ReadCaller | undefined
  readonly recipient: AttestedRecipient | undefined
  readonly allowDebug: boolean
  readonly policyOf: (record: KeyRecord) => Policy
  /** The alias, with `alias/`, by which the call names its key. */
  readonly alias: string | undefined
}

/** A secret as it leaves: in clear, or in an envelope for the recipient. */
export type Released =
  | { readonly plaintext: Bytes }
  | { readonly ciphertextForRecipient: Bytes; readonly plaintext?: undefined }

/** See above. */
export class Call {
  readonly #parts: CallParts
  #isAuthorized = false

  constructor(parts: CallParts) {
    this.#parts = parts
  }

  get ring(): KeyRing {
    return this.#parts.ring
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#parts.now()
  }

  get isAuthorized(): boolean {
    return this.#isAuthorized
  }

  /** The key's ARN, which answers name it by. */
  arn({ id }: Pick<KeyRecord, 'id'>): string {
    return keyArn(this.ring.place, id)
  }

  /**
   * Passes the gate, or throws.
   *
   * @param key what it is to be done to; undefined where it is no key.
   * @param values condition keys of this call, beside those that every call has.
   * @throws {KmsError} E_KMS_DENIED, with the decision.
   */
  authorize(action: PolicyAction, key: KeyRecord | undefined, values: ConditionValues = {}): void {
    const { caller, recipient, allowDebug, policyOf } = this.#parts
    for (const name of Object.keys(values)) requireKnownKey(name, action)
    if (caller === undefined) {
      this.#isAuthorized = true
      return
    }
    const policies = key ? [policyOf(key), ...caller.policies] : caller.policies
    const decision = decide(policies, this.#request(action, key, values, caller.principal))
    if (!decision.allowed) throw new KmsDenial(decision)
    if (recipient?.isDebug && !allowDebug) {
      throw new KmsDenial({ ...decision, allowed: false, reason: 'debug mode', by: undefined })
    }
    this.#isAuthorized = true
  }

  /** The policy of a key, as it is to be. @throws {KmsError} E_KMS_POLICY for one that cannot be put to it. */
  readPolicy({ id, policy }: Pick<KeyRecord, 'id' | 'policy'>): Policy {
    return readPolicy(policy, 'key', 'key policy', keyNames(this.ring.place, id))
  }

  /** Whether the caller could put another policy to a key as `key` would be; asks, and passes no gate. */
  allowsPutting(key: KeyRecord): boolean {
    const { caller } = this.#parts
    if (caller === undefined) return true
    const policies = [this.readPolicy(key), ...caller.policies]
    const values = { 'kms:BypassPolicyLockoutSafetyCheck': 'false' }
    return decide(policies, this.#request('PutKeyPolicy', key, values, caller.principal)).allowed
  }

  /**
   * `secret`, as the caller may have it. A nonce of ours in the recipient's document is spent now, and no sooner: only who
   * passed the gate can spend one. Rejects with what a promise of the secret rejects with.
   * @throws {KmsError} E_KMS_DOCUMENT where the nonce has served before, E_KMS_LIMIT, E_KMS_INTERNAL.
   */
  async release(secret: Bytes | Promise<Bytes>): Promise<Released> {
    const { recipient } = this.#parts
    if (!this.#isAuthorized)
      throw new KmsError('E_KMS_INTERNAL', { what: 'a secret was to leave before the gate' })
    if (recipient === undefined) return { plaintext: await secret }
    const [ciphertextForRecipient] = await Promise.all([sealFor(recipient, secret), recipient.spend()])
    return { ciphertextForRecipient }
  }

  #request(
    action: PolicyAction,
    key: KeyRecord | undefined,
    values: ConditionValues,
    principal: string,
  ): AccessRequest {
    const { alias } = this.#parts
    const { place } = this.ring
    const account = accountOf(principal)
    const date = new Date(this.now()).toISOString()
    const context: Record<string, string | readonly string[] | undefined> = {
      'aws:PrincipalArn': roleOf(principal),
      'aws:PrincipalAccount': account,
      'aws:CurrentTime': date,
      'aws:EpochTime': String(Math.floor(this.now() / 1000)),
      'g:CurrentTime': date,
      'g:PrincipalUrn': principal,
      'g:UserName': principal.slice(Math.max(principal.lastIndexOf(':'), principal.lastIndexOf('/')) + 1),
      'kms:CallerAccount': account,
      'kms:KeySpec': key?.spec,
      'kms:KeyUsage': key?.usage,
      'kms:KeyOrigin': key && 'AWS_KMS',
      'kms:MultiRegion': key && 'false',
      'kms:RequestAlias': key && alias,
      ...values,
    }
    for (const [name, value] of Object.entries(key?.tags ?? {})) context[`aws:ResourceTag/${name}`] = value
    const resources = key ? keyNames(place, key.id) : ['*']
    return {
      action,
      principal,
      account,
      isForeign: key !== undefined && account !== place.account && account !== place.domain,
      resources,
      context: new ConditionContext(context, this.#parts.recipient?.document),
    }
  }
}

/** The condition keys of an encryption context. */
export function contextKeys(context: Readonly<Record<string, string>>): ConditionValues {
  const values: Record<string, string | readonly string[]> = {}
  const names = Object.keys(context)
  for (const name of names) values[`kms:EncryptionContext:${name}`] = context[name]!
  if (names.length > 0) values['kms:EncryptionContextKeys'] = names
  return values
}
