/** GetKeyPolicy, PutKeyPolicy, ListKeyPolicies (AWS KMS API reference). A key has one policy: `default`. */
import type { Call } from '../core/call.ts'
import { boolean, defaulting, oneOf } from '../core/input.ts'
import type { KeyRecord } from '../keys/record.ts'
import { badPolicy } from '../policy/reading.ts'
import { type KeyIdInput, keyIdentifier, type Operation, policyField } from './operation.ts'
import { badMarker, type PageInput, pageFields } from './page.ts'

export interface KeyPolicyInput extends KeyIdInput {
  /** @default 'default' */
  readonly policyName?: 'default'
}

export interface GetKeyPolicyOutput {
  readonly policy: string
  readonly policyName: 'default'
}

export interface PutKeyPolicyInput extends KeyPolicyInput {
  /** IAM's JSON, at most 32 KiB. */
  readonly policy: string
  /** Whether the policy may lock the caller out. @default false */
  readonly bypassPolicyLockoutSafetyCheck?: boolean
}

export interface ListKeyPoliciesOutput {
  readonly policyNames: readonly string[]
  readonly truncated: false
}

const policyName = defaulting(oneOf(['default'] as const), 'default')

export const getKeyPolicy: Operation<KeyPolicyInput, GetKeyPolicyOutput> = {
  fields: { keyId: keyIdentifier, policyName },
  async run(call, { keyId }) {
    const key = await call.ring.find(keyId)
    call.authorize('GetKeyPolicy', key)
    return { policy: key.policy, policyName: 'default' }
  },
}

export const putKeyPolicy: Operation<PutKeyPolicyInput, Record<string, never>> = {
  fields: {
    keyId: keyIdentifier,
    policyName,
    policy: policyField,
    bypassPolicyLockoutSafetyCheck: defaulting(boolean, false),
  },
  async run(call, { keyId, policy, bypassPolicyLockoutSafetyCheck: bypass }) {
    const key = await call.ring.find(keyId)
    call.authorize('PutKeyPolicy', key, { 'kms:BypassPolicyLockoutSafetyCheck': String(bypass) })
    call.readPolicy({ id: key.id, policy })
    if (!bypass) requireNoLockout(call, { ...key, policy })
    await call.ring.change(key.id, (record) => ({ ...record, policy }))
    return {}
  },
}

export const listKeyPolicies: Operation<KeyIdInput & PageInput, ListKeyPoliciesOutput> = {
  fields: { keyId: keyIdentifier, ...pageFields },
  async run(call, { keyId, marker }) {
    const key = await call.ring.find(keyId)
    call.authorize('ListKeyPolicies', key)
    // Everything fits on the first page, so no marker is valid.
    if (marker !== undefined) throw badMarker()
    return { policyNames: ['default'], truncated: false }
  },
}

/** @throws {KmsError} E_KMS_POLICY for a policy under which the caller could not replace it. */
export function requireNoLockout(call: Call, record: KeyRecord): void {
  if (call.allowsPutting(record)) return
  throw badPolicy(
    'it will not allow you to update the key policy in the future',
    'kms:PutKeyPolicy for the caller, or BypassPolicyLockoutSafetyCheck',
    'neither',
  )
}
