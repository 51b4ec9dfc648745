/** A KMS with one key, new for each test of grants. */
import { beforeEach } from 'vitest'
import { createKms, type Kms } from '../../../src/kms/index.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import type { GrantOperation } from '../../../src/kms/policy/grants.ts'
import { ACCOUNT, ROLE, refused, utf8 } from '../support.ts'

let kms: Kms
export let owner: KmsClient
export let keyId: string

export const plaintext: Uint8Array<ArrayBuffer> = utf8('a')
export const denied: unknown = refused('E_KMS_DENIED')
export const USER: string = `arn:aws:iam::${ACCOUNT}:user/ann`

export function withNewKms(): void {
  beforeEach(async () => {
    kms = await createKms({ place: { account: ACCOUNT } })
    owner = kms.owner
    keyId = (await owner.createKey({})).keyMetadata.keyId
  })
}

export const as = (principal: string, ...Statement: object[]): KmsClient =>
  kms.as({ principal, policies: Statement.length > 0 ? [{ Statement }] : [] })

export const grant = (
  operations: GrantOperation[],
  more: object = {},
): ReturnType<KmsClient['createGrant']> =>
  owner.createGrant({ keyId, granteePrincipal: ROLE, operations, ...more })

export const encrypt = (
  principal: string = ROLE,
  encryptionContext?: Record<string, string>,
): ReturnType<KmsClient['encrypt']> =>
  as(principal).encrypt({ keyId, plaintext, ...(encryptionContext && { encryptionContext }) })
