/** Grants: names, ends, tokens and how many a key can have. */
import { describe, expect, test } from 'vitest'
import type { GrantOperation } from '../../../src/kms/policy/grants.ts'
import { ROLE, refused } from '../support.ts'
import { as, denied, encrypt, grant, keyId, owner, plaintext, USER, withNewKms } from './grant-support.ts'

withNewKms()

describe('a name', () => {
  test('makes the same request again return the same grant', async () => {
    const first = await grant(['Encrypt'], { name: 'a' })
    expect(await grant(['Encrypt'], { name: 'a' })).toEqual(first)
    expect((await grant(['Decrypt'], { name: 'a' })).grantId).not.toBe(first.grantId)
    const [one, two] = [await grant(['Encrypt']), await grant(['Encrypt'])]
    expect(one.grantId).not.toBe(two.grantId)
    expect((await owner.listGrants({ keyId })).grants).toHaveLength(4)
  })
})

describe('a grant ends', () => {
  test('by its retiring principal, its grantee if it says so, or by permission', async () => {
    const retire = async (principal: string, more: object, operations: GrantOperation[] = ['Encrypt']) =>
      as(principal).retireGrant({ keyId, grantId: (await grant(operations, more)).grantId })
    await retire(USER, { retiringPrincipal: USER })
    await retire(ROLE, {}, ['RetireGrant'])
    await expect(retire(ROLE, { retiringPrincipal: USER })).rejects.toEqual(denied)
    await expect(retire(USER, {}, ['RetireGrant'])).rejects.toEqual(denied)
    // The right to end one grant is not that to end another.
    const { grantId } = await grant(['Encrypt'])
    await expect(as(ROLE).retireGrant({ keyId, grantId })).rejects.toEqual(denied)
    await as(ROLE, { Effect: 'Allow', Action: 'kms:RetireGrant' }).retireGrant({ keyId, grantId })
    const deny = { Effect: 'Deny', Action: 'kms:RetireGrant' }
    const own = await grant(['Encrypt'], { retiringPrincipal: USER })
    await expect(as(USER, deny).retireGrant({ grantToken: own.grantToken })).rejects.toEqual(denied)
    await as(USER).retireGrant({ grantToken: own.grantToken })
  })

  test('at once, and only once', async () => {
    const { grantId, grantToken } = await grant(['Encrypt'])
    await encrypt()
    await owner.revokeGrant({ keyId, grantId })
    await expect(encrypt()).rejects.toEqual(denied)
    const missing = refused('E_KMS_NOT_FOUND')
    await expect(owner.revokeGrant({ keyId, grantId })).rejects.toEqual(missing)
    await expect(owner.retireGrant({ keyId, grantId })).rejects.toEqual(missing)
    await expect(owner.retireGrant({ grantToken })).rejects.toEqual(missing)
  })

  test('is named by a token, or by its key and id, and not by both', async () => {
    const { grantId, grantToken } = await grant(['Encrypt'])
    for (const input of [{}, { keyId }, { grantId }, { keyId, grantId, grantToken }])
      await expect(owner.retireGrant(input), JSON.stringify(input)).rejects.toEqual(
        refused('E_KMS_VALIDATION'),
      )
    for (const token of ['a', 'YQ==', btoa(`${keyId}:${grantId}0`)])
      await expect(owner.retireGrant({ grantToken: token })).rejects.toEqual(refused('E_KMS_GRANT_TOKEN'))
  })

  test('not in a dry run', async () => {
    const dry = refused('E_KMS_DRY_RUN')
    await expect(grant(['Encrypt'], { dryRun: true })).rejects.toEqual(dry)
    expect((await owner.listGrants({ keyId })).grants).toEqual([])
    const { grantId } = await grant(['Encrypt'])
    await expect(owner.revokeGrant({ keyId, grantId, dryRun: true })).rejects.toEqual(dry)
    await expect(owner.retireGrant({ keyId, grantId, dryRun: true })).rejects.toEqual(dry)
    await encrypt()
  })
})

describe('grant tokens', () => {
  test('of grants are accepted, others and those of ended grants are refused', async () => {
    const { grantToken, grantId } = await grant(['Encrypt'])
    const call = (tokens: string[]) => as(ROLE).encrypt({ keyId, plaintext, grantTokens: tokens })
    await call([grantToken])
    await expect(call(['token'])).rejects.toEqual(refused('E_KMS_GRANT_TOKEN'))
    await owner.revokeGrant({ keyId, grantId })
    await expect(call([grantToken])).rejects.toEqual(refused('E_KMS_GRANT_TOKEN'))
  })
})

test('a key has at most 200 grants, and a disabled one gets none', async () => {
  for (let count = 0; count < 200; count++) await grant(['Encrypt'])
  await expect(grant(['Encrypt'])).rejects.toEqual(refused('E_KMS_LIMIT', /at most 200/))
  await encrypt()
  await owner.disableKey({ keyId })
  await expect(grant(['Encrypt'])).rejects.toEqual(refused('E_KMS_DISABLED'))
})
