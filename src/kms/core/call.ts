/**
 * One call: the caller, the recipient of the answer, the policy check ("gate") and the release of secrets.
 * An operation can reach the KMS only through this, and no secret leaves the KMS before the gate has passed.
 */
import type { Bytes } from '../../base/bytes.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { keyArn, keyNames } from '../keys/place.ts'
import type { KeyRecord } from '../keys/record.ts'
import type { PolicyAction } from '../policy/actions.ts'
import { requireKnownKey } from '../policy/condition-keys.ts'
import { decide } from '../policy/decision.ts'
import { KmsDenial } from '../policy/denial.ts'
import type { Grant } from '../policy/grants.ts'
import { readPolicy } from '../policy/policy.ts'
import { accountOf, roleOf } from '../policy/principals.ts'
import { type AccessRequest, ConditionContext, type ConditionValues } from '../policy/request.ts'
import type { Policy } from '../policy/statement.ts'
import { sealFor } from '../recipient/envelope.ts'
import type { AttestedRecipient } from '../recipient/recipient.ts'
import { KmsError } from './error.ts'

/** A caller with parsed identity policies. `undefined` instead means the owner, whom no policy restricts. */
export interface ReadCaller {
  readonly principal: string
  readonly policies: readonly Policy[]
}

/** The parts of a call. */
export interface CallParts {
  readonly ring: KeyRing
  readonly now: () => number
  readonly caller: ReadCaller | undefined
  readonly recipient: AttestedRecipient | undefined
  readonly allowDebug: boolean
  readonly policyOf: (record: KeyRecord) => Policy
  /** The alias, with `alias/`, by which the call names its key, if it does. */
  readonly alias: string | undefined
}

/** A released secret: plaintext, or an envelope for the recipient. */
export type Released =
  | { readonly plaintext: Bytes }
  | { readonly ciphertextForRecipient: Bytes; readonly plaintext?: undefined }

/** One call; see the file comment. */
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

  /** The caller; undefined for the owner. */
  get principal(): string | undefined {
    return this.#parts.caller?.principal
  }

  /** The key's ARN, as `keyId` in answers. */
  arn({ id }: Pick<KeyRecord, 'id'>): string {
    return keyArn(this.ring.place, id)
  }

  /**
   * The gate: checks that policies allow the call.
   *
   * @param key the key that the call acts on; undefined if it acts on none.
   * @param values condition keys of this call, in addition to those of every call.
   * @param grants those that count; by default all of the key.
   * @returns the grant that allowed the call, if no policy did.
   * @throws {KmsError} E_KMS_DENIED, with the decision.
   */
  authorize(
    action: PolicyAction,
    key: KeyRecord | undefined,
    values: ConditionValues = {},
    grants: readonly Grant[] = key?.grants ?? [],
  ): Grant | undefined {
    const { caller, recipient, allowDebug, policyOf } = this.#parts
    for (const name of Object.keys(values)) requireKnownKey(name, action)
    if (caller === undefined) {
      this.#isAuthorized = true
      return undefined
    }
    const policies = key ? [policyOf(key), ...caller.policies] : caller.policies
    const decision = decide(policies, this.#request(action, key, values, caller.principal), grants)
    if (!decision.allowed) throw new KmsDenial(decision)
    if (recipient?.isDebug && !allowDebug) {
      throw new KmsDenial({ ...decision, allowed: false, reason: 'debug mode', by: undefined })
    }
    this.#isAuthorized = true
    return decision.grant
  }

  /** Parses a new policy for a key. @throws {KmsError} E_KMS_POLICY for an invalid one. */
  readPolicy({ id, policy }: Pick<KeyRecord, 'id' | 'policy'>): Policy {
    return readPolicy(policy, 'key', 'key policy', keyNames(this.ring.place, id))
  }

  /**
   * Whether the caller could replace the policy of `key`, as it would be after the change. Does not count as the gate.
   */
  allowsPutting(key: KeyRecord): boolean {
    const { caller } = this.#parts
    if (caller === undefined) return true
    const policies = [this.readPolicy(key), ...caller.policies]
    const values = { 'kms:BypassPolicyLockoutSafetyCheck': 'false' }
    return decide(policies, this.#request('PutKeyPolicy', key, values, caller.principal)).allowed
  }

  /**
   * Releases `secret` to the caller or recipient. A nonce of this KMS in the recipient's document is spent only now, so
   * that only a caller who passed the gate can spend one. If `secret` is a promise, its rejection is passed on.
   * @throws {KmsError} E_KMS_DOCUMENT if the nonce was used before, E_KMS_LIMIT, E_KMS_INTERNAL.
   */
  async release(secret: Bytes | Promise<Bytes>): Promise<Released> {
    const { recipient } = this.#parts
    if (!this.#isAuthorized)
      throw new KmsError('E_KMS_INTERNAL', {
        what: 'a secret would have been released before the policy check',
      })
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
      encryptionContext: contextIn(values),
    }
  }
}

const CONTEXT = 'kms:EncryptionContext:'

/** The encryption context of which `contextKeys` has made condition keys. */
function contextIn(values: ConditionValues): Readonly<Record<string, string>> {
  const own = Object.entries(values).filter(([name]) => name.startsWith(CONTEXT))
  return Object.fromEntries(own.map(([name, value]) => [name.slice(CONTEXT.length), value as string]))
}

/** The condition keys of an encryption context. */
export function contextKeys(context: Readonly<Record<string, string>>): ConditionValues {
  const values: Record<string, string | readonly string[]> = {}
  const names = Object.keys(context)
  for (const name of names) values[`kms:EncryptionContext:${name}`] = context[name]!
  if (names.length > 0) values['kms:EncryptionContextKeys'] = names
  return values
}
