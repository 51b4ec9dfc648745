/**
 * A change is made and reported as made, or refused and not made: every call of both dialects that changes something, by
 * callers with only one permission, and by callers with all permissions but one.
 */
import { describe, expect, test } from 'vitest'
import { createKms, createKmsApp, type Kms } from '../../../src/kms/index.ts'
import { POLICY_ACTIONS } from '../../../src/kms/policy/actions.ts'
import { ACCOUNT, ROLE } from '../support.ts'

const HUAWEI = '/v1.0/p/kms/'

/** One call: Huawei's path or AWS's operation, its body, and how to prepare the key for it. */
interface Change {
  readonly method?: string
  readonly path: string
  readonly body: (keyId: string) => object
  readonly before?: (kms: Kms, keyId: string) => Promise<unknown>
}

const byId = (key_id: string) => ({ key_id })
const disabled = (kms: Kms, keyId: string) => kms.owner.disableKey({ keyId })
const ending = (kms: Kms, keyId: string) => kms.owner.scheduleKeyDeletion({ keyId })
const rotating = (kms: Kms, keyId: string) => kms.owner.enableKeyRotation({ keyId })
const tagged = (kms: Kms, keyId: string) =>
  kms.owner.tagResource({ keyId, tags: [{ tagKey: 'a', tagValue: 'b' }] })
/** A key policy that passes the lockout check for every caller, since that check is not under test here. */
const Policy = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:PutKeyPolicy', Resource: '*' }],
})

const CHANGES: readonly Change[] = [
  { path: 'create-key', body: () => ({ key_alias: 'made' }) },
  { path: 'enable-key', body: byId, before: disabled },
  { path: 'disable-key', body: byId },
  { path: 'schedule-key-deletion', body: (id) => ({ ...byId(id), pending_days: '7' }) },
  { path: 'cancel-key-deletion', body: byId, before: ending },
  { path: 'update-key-alias', body: (id) => ({ ...byId(id), key_alias: 'new' }) },
  { path: 'update-key-description', body: (id) => ({ ...byId(id), key_description: 'new' }) },
  { path: 'enable-key-rotation', body: byId },
  { path: 'disable-key-rotation', body: byId, before: rotating },
  { path: 'update-key-rotation-interval', body: (id) => ({ ...byId(id), rotation_interval: 90 }) },
  { path: 'KEY/tags', body: () => ({ tag: { key: 'a', value: 'b' } }) },
  { method: 'DELETE', path: 'KEY/tags/a', body: () => ({}), before: tagged },
  { path: 'CreateKey', body: () => ({ Policy }) },
  { path: 'EnableKey', body: (KeyId) => ({ KeyId }), before: disabled },
  { path: 'DisableKey', body: (KeyId) => ({ KeyId }) },
  { path: 'ScheduleKeyDeletion', body: (KeyId) => ({ KeyId }) },
  { path: 'CancelKeyDeletion', body: (KeyId) => ({ KeyId }), before: ending },
  { path: 'CreateAlias', body: (TargetKeyId) => ({ TargetKeyId, AliasName: 'alias/new' }) },
  {
    path: 'UpdateAlias',
    body: (TargetKeyId) => ({ TargetKeyId, AliasName: 'alias/other' }),
    before: ({ owner }) => owner.createKey({ aliasName: 'alias/other' }),
  },
  { path: 'DeleteAlias', body: () => ({ AliasName: 'alias/old' }) },
  { path: 'UpdateKeyDescription', body: (KeyId) => ({ KeyId, Description: 'new' }) },
  { path: 'EnableKeyRotation', body: (KeyId) => ({ KeyId }) },
  { path: 'DisableKeyRotation', body: (KeyId) => ({ KeyId }), before: rotating },
  { path: 'RotateKeyOnDemand', body: (KeyId) => ({ KeyId }) },
  { path: 'PutKeyPolicy', body: (KeyId) => ({ KeyId, Policy }) },
  { path: 'TagResource', body: (KeyId) => ({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }) },
  { path: 'UntagResource', body: (KeyId) => ({ KeyId, TagKeys: ['a'] }), before: tagged },
]

/** Everything that the owner can read. */
async function stateOf({ owner }: Kms): Promise<unknown> {
  const { keys } = await owner.listKeys({})
  const { aliases } = await owner.listAliases({})
  const details = keys.map(({ keyId }) =>
    Promise.all([
      owner.describeKey({ keyId }),
      owner.getKeyPolicy({ keyId }),
      owner.listResourceTags({ keyId }),
      owner.getKeyRotationStatus({ keyId }),
      owner.listKeyRotations({ keyId }),
    ]),
  )
  return [aliases, await Promise.all(details)]
}

/** Whether the call succeeds for a caller with only this policy statement, whether it changed anything, and its answer. */
async function outcome({ method = 'POST', path, body, before }: Change, statement: object) {
  const kms = await createKms({ place: { account: ACCOUNT } })
  const { keyId } = (await kms.owner.createKey({ aliasName: 'alias/old' })).keyMetadata
  await before?.(kms, keyId)
  const policies = [{ Version: '2012-10-17', Statement: [{ Resource: '*', Effect: 'Allow', ...statement }] }]
  const app = createKmsApp(kms, { unsigned: { principal: ROLE, policies } })
  const earlier = JSON.stringify(await stateOf(kms))
  const isAws = /^[A-Z]\w+$/.test(path)
  const answer = await app.request(isAws ? '/' : `${HUAWEI}${path.replace('KEY', keyId)}`, {
    method,
    headers: {
      'content-type': isAws ? 'application/x-amz-json-1.1' : 'application/json',
      'x-amz-target': `TrentService.${path}`,
    },
    ...(method === 'POST' && { body: JSON.stringify(body(keyId)) }),
  })
  const text = (await answer.text()).replaceAll(keyId, 'KEY')
  return { done: answer.ok, changed: JSON.stringify(await stateOf(kms)) !== earlier, text }
}

describe.each(CHANGES.map((change) => [change.path, change] as const))('%s', (_, change) => {
  test('is made and reported as made for a caller with all permissions', async () => {
    expect(await outcome(change, { Action: '*' })).toMatchObject({ done: true, changed: true })
  })

  test.each(POLICY_ACTIONS)(
    'is made if and only if it is reported as made, with only permission for %s, and with all permissions but that',
    async (action) => {
      for (const statement of [{ Action: `kms:${action}` }, { NotAction: `kms:${action}` }]) {
        const { done, changed, text } = await outcome(change, statement)
        expect([changed, text], JSON.stringify(statement)).toEqual([done, text])
      }
    },
  )
})

describe('a change over Huawei’s API needs one permission, and returns the key and its state', () => {
  test.each([
    ['enable-key', 'EnableKey', { key_info: { key_id: 'KEY', key_state: '2' } }],
    ['disable-key', 'DisableKey', { key_info: { key_id: 'KEY', key_state: '3' } }],
    ['schedule-key-deletion', 'ScheduleKeyDeletion', { key_id: 'KEY', key_state: '4' }],
    ['cancel-key-deletion', 'CancelKeyDeletion', { key_id: 'KEY', key_state: '3' }],
    [
      'update-key-description',
      'UpdateKeyDescription',
      { key_info: { key_id: 'KEY', key_description: 'new' } },
    ],
  ])('%s: %s', async (path, action, answer) => {
    const change = CHANGES.find((one) => one.path === path)!
    const { done, text } = await outcome(change, { Action: `kms:${action}` })
    expect([done, JSON.parse(text)]).toEqual([true, answer])
    const named = { ...change, body: () => ({ ...change.body('alias/old') }) }
    expect(JSON.parse((await outcome(named, { Action: `kms:${action}` })).text)).toEqual(answer)
  })

  test('replacing an alias needs two permissions, for creating and deleting', async () => {
    const change = CHANGES.find(({ path }) => path === 'update-key-alias')!
    const both = { Action: ['kms:CreateAlias', 'kms:DeleteAlias'] }
    const { done, text } = await outcome(change, both)
    expect([done, JSON.parse(text)]).toEqual([true, { key_info: { key_id: 'KEY', key_alias: 'new' } }])
    for (const Action of both.Action) expect(await outcome(change, { Action })).toMatchObject({ done: false })
  })
})

test('the same change over AWS’s API answers like AWS', async () => {
  const KeyId = `arn:aws:kms:local-1:${ACCOUNT}:key/KEY`
  for (const [path, answer] of [
    ['EnableKey', {}],
    ['DisableKey', {}],
    ['UpdateKeyDescription', {}],
    ['CancelKeyDeletion', { KeyId }],
  ] as const) {
    const { text } = await outcome(CHANGES.find((one) => one.path === path)!, { Action: `kms:${path}` })
    expect(JSON.parse(text), path).toEqual(answer)
  }
})
