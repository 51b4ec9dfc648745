/** Lists of grants, of a key and of a principal that can retire them. */
import { describe, expect, test } from 'vitest'
import { OTHER, refused } from '../support.ts'
import { grant, keyId, owner, USER, withNewKms } from './grant-support.ts'

withNewKms()

describe('lists of grants', () => {
  test('are of a key, by grantee or id, in pages', async () => {
    const ids = new Set<string>()
    for (let count = 0; count < 5; count++) ids.add((await grant(['Encrypt'])).grantId)
    const { grantId } = await grant(['Encrypt'], { granteePrincipal: OTHER, name: 'other' })
    const found: string[] = []
    let marker: string | undefined
    do {
      const { grants, nextMarker, truncated } = await owner.listGrants({ keyId, limit: 2, marker })
      expect(truncated).toBe(nextMarker !== undefined)
      found.push(...grants.map((one) => one.grantId))
      marker = nextMarker
    } while (marker !== undefined)
    expect(found.toSorted()).toEqual([...ids, grantId].toSorted())
    const byGrantee = await owner.listGrants({ keyId, granteePrincipal: OTHER })
    expect(byGrantee).toEqual(await owner.listGrants({ keyId, grantId }))
    expect(byGrantee.grants).toMatchObject([{ grantId, name: 'other', granteePrincipal: OTHER }])
  })

  test('of what a principal can retire go over all keys, in pages', async () => {
    const wanted = []
    for (let count = 0; count < 3; count++) {
      const { keyId } = (await owner.createKey({})).keyMetadata
      for (let each = 0; each < 2; each++)
        wanted.push((await grant(['Encrypt'], { keyId, retiringPrincipal: USER })).grantId)
      await grant(['Encrypt'], { keyId, retiringPrincipal: OTHER })
    }
    for (const limit of [1, 2, 3, 6, 100]) {
      const found: string[] = []
      let marker: string | undefined
      do {
        const answer = await owner.listRetirableGrants({ retiringPrincipal: USER, limit, marker })
        found.push(...answer.grants.map(({ grantId }) => grantId))
        marker = answer.nextMarker
      } while (marker !== undefined)
      expect(found.toSorted(), `pages of ${limit}`).toEqual(wanted.toSorted())
    }
    const bad = owner.listRetirableGrants({ retiringPrincipal: USER, marker: btoa('a:b') })
    await expect(bad).rejects.toEqual(refused('E_KMS_VALIDATION'))
  })
})
