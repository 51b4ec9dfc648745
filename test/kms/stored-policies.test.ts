/**
 * Stored policies that an earlier release accepted and this one refuses: they deny everything, to everybody but the owner,
 * until they are replaced. The tests write these records as the earlier release did.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { SealedStore } from '../../src/kms/core/sealed-store.ts'
import { createKms, createMasterKey, type Kms, MemoryStore } from '../../src/kms/index.ts'
import { ACCOUNT, ROLE, refused, utf8 } from './support.ts'

const ROOT = `arn:aws:iam::${ACCOUNT}:root`
const ALL = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }
const OWN = { Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }
const valid = JSON.stringify({ Statement: [ALL] })
const withDeny = (deny: object) => JSON.stringify({ Statement: [ALL, { ...ALL, Effect: 'Deny', ...deny }] })

const REFUSED: [what: string, policy: string, message: RegExp][] = [
  [
    'a duplicate member',
    `{"Statement":[${JSON.stringify(ALL).slice(0, -1)},"Action":"kms:*"}]}`,
    /unique member names/,
  ],
  [
    'a Deny of a pattern of principals',
    withDeny({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/*` } }),
    /Principal/,
  ],
  ['a Deny of an unknown action', withDeny({ Action: 'kms:Decript' }), /Decript/],
  [
    'a Deny with a condition key that no call has',
    withDeny({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    /aws:Sec/,
  ],
  [
    'a Deny for another region',
    withDeny({ Resource: `arn:aws:kms:us-east-1:${ACCOUNT}:key/*` }),
    /the key itself/,
  ],
  ['a pattern that takes too long', withDeny({ Resource: `*${'a?'.repeat(100)}*` }), /128 characters/],
]

const masterKey = await createMasterKey()
let store: MemoryStore
let kms: Kms
let keyId: string

beforeEach(async () => {
  store = new MemoryStore()
  kms = await createKms({ store, masterKey, place: { account: ACCOUNT } })
  keyId = (await kms.owner.createKey({ policy: valid })).keyMetadata.keyId
})

/** Stores `policy` without checking it, as an earlier release would in another process. */
async function storeUnchecked(policy: string): Promise<void> {
  const name = `key/${keyId}`
  await new SealedStore(store, masterKey).update([name], ([found]) => ({
    drafts: [{ name, value: { ...(found as object), policy } }],
    result: undefined,
  }))
}

describe.each(REFUSED)('%s', (_, policy, message) => {
  test('is rejected when it is stored, denies everything if it is already stored, and is reported by lint', async () => {
    await expect(kms.owner.putKeyPolicy({ keyId, policy })).rejects.toEqual(refused('E_KMS_POLICY', message))
    await expect(kms.owner.createKey({ policy })).rejects.toEqual(refused('E_KMS_POLICY', message))
    const { ciphertextBlob } = await kms.owner.encrypt({ keyId, plaintext: utf8('a secret') })
    const callers = [ROLE, ROOT].map((principal) => kms.as({ principal, policies: [OWN] }))
    // Positive control: the previous policy allows all callers.
    for (const caller of callers) await caller.decrypt({ ciphertextBlob })
    await storeUnchecked(policy)
    for (const caller of callers) {
      const attempts = [
        () => caller.decrypt({ ciphertextBlob }),
        () => caller.describeKey({ keyId }),
        () => caller.putKeyPolicy({ keyId, policy: valid }),
        () => caller.scheduleKeyDeletion({ keyId }),
      ]
      for (const attempt of attempts) {
        const error = await attempt().catch((thrown: unknown) => thrown)
        expect(error).toEqual(refused('E_KMS_DENIED', /is no longer valid, and denies everything/))
        expect(error).toMatchObject({ decision: { allowed: false, reason: 'refused policy' } })
      }
      // Calls that do not use this key are not affected.
      await caller.listKeys({})
    }
    const named = (await kms.lint()).filter(({ code }) => code === 'L_KMS_REFUSED')
    expect(named).toEqual([expect.objectContaining({ keyId, message: expect.stringMatching(message) })])
    // The owner can read the policy, use the key, and replace the policy, after which the callers are allowed again.
    expect((await kms.owner.getKeyPolicy({ keyId })).policy).toBe(policy)
    await kms.owner.decrypt({ ciphertextBlob })
    await kms.owner.putKeyPolicy({ keyId, policy: valid })
    for (const caller of callers) await caller.decrypt({ ciphertextBlob })
    expect((await kms.lint()).map(({ code }) => code)).not.toContain('L_KMS_REFUSED')
  })
})

test('an invalid identity policy is rejected when the caller is created', () => {
  for (const Action of ['kms:Decript', 'kms:CreateGrant']) {
    const policies = [{ Statement: [{ Effect: 'Deny', Action, Resource: '*' }] }]
    const make = () => kms.as({ principal: ROLE, policies })
    if (Action === 'kms:CreateGrant') make()
    else expect(make).toThrow(refused('E_KMS_POLICY') as Error)
  }
})

test('lint checks all keys, also more than one page of them', async () => {
  await kms.owner.putKeyPolicy({
    keyId,
    policy: JSON.stringify({ Statement: [{ ...ALL, Action: 'kms:Encrypt' }] }),
  })
  const before = await kms.lint()
  expect(before).toEqual([expect.objectContaining({ keyId, code: 'L_KMS_ANYBODY' })])
  const name = `key/${keyId}`
  const sealed = new SealedStore(store, masterKey)
  const record = (await sealed.read<object>(name))!
  const ids = Array.from({ length: 1001 }, () => crypto.randomUUID())
  const names = ids.map((id) => `key/${id}`)
  await sealed.update(names, () => ({
    drafts: ids.map((id, at) => ({ name: names[at]!, value: { ...record, id } })),
    result: undefined,
  }))
  expect(new Set((await kms.lint()).map((warning) => warning.keyId))).toEqual(new Set([keyId, ...ids]))
})
