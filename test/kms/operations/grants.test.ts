/** Grants: what they allow and to whom, and what wins over them. */
import { describe, expect, test } from 'vitest'
import type { GrantOperation } from '../../../src/kms/policy/grants.ts'
import { ACCOUNT, OTHER, ROLE, refused } from '../support.ts'
import { as, denied, encrypt, grant, keyId, owner, plaintext, USER, withNewKms } from './grant-support.ts'

withNewKms()
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/enclave/one`
const FOREIGN = 'arn:aws:iam::999999999999:role/far'

describe('a grant', () => {
  test('allows its operations with its key to its grantee, and nothing else to nobody else', async () => {
    const other = (await owner.createKey({})).keyMetadata.keyId
    await expect(encrypt()).rejects.toEqual(denied)
    await grant(['Encrypt', 'DescribeKey'])
    const { ciphertextBlob } = await encrypt()
    await as(ROLE).describeKey({ keyId })
    await expect(as(ROLE).decrypt({ ciphertextBlob })).rejects.toEqual(denied)
    await expect(as(ROLE).encrypt({ keyId: other, plaintext })).rejects.toEqual(denied)
    await expect(encrypt(OTHER)).rejects.toEqual(denied)
  })

  test('to a role is also for its sessions, one to a session for that session only', async () => {
    await grant(['Encrypt'])
    await encrypt(SESSION)
    await grant(['Decrypt'], { granteePrincipal: SESSION })
    const { ciphertextBlob } = await encrypt()
    await as(SESSION).decrypt({ ciphertextBlob })
    await expect(as(ROLE).decrypt({ ciphertextBlob })).rejects.toEqual(denied)
  })

  test('to a role with a path is for this role and its sessions, whose names have none', async () => {
    const role = `arn:aws:iam::${ACCOUNT}:role/teams/red/enclave`
    await expect(encrypt(role)).rejects.toEqual(denied)
    const retiringPrincipal = `arn:aws:iam::${ACCOUNT}:role/ops/keeper`
    const { grantId } = await grant(['Encrypt'], { granteePrincipal: role, retiringPrincipal })
    for (const principal of [role, ROLE, SESSION]) await encrypt(principal)
    for (const other of ['role/teams/red', 'role/enclave/red', 'user/teams/red/enclave'])
      await expect(encrypt(`arn:aws:iam::${ACCOUNT}:${other}`), other).rejects.toEqual(denied)
    await expect(as(role).retireGrant({ keyId, grantId })).rejects.toEqual(denied)
    await as(retiringPrincipal).retireGrant({ keyId, grantId })
    await expect(encrypt(role)).rejects.toEqual(denied)
  })

  test('to the root of an account is for nobody else in it', async () => {
    const root = `arn:aws:iam::${ACCOUNT}:root`
    const policy = { Effect: 'Allow', Principal: { AWS: USER }, Action: 'kms:*', Resource: '*' }
    await owner.putKeyPolicy({ keyId, policy: JSON.stringify({ Statement: [policy] }) })
    await expect(encrypt(root)).rejects.toEqual(denied)
    await grant(['Encrypt'], { granteePrincipal: root })
    await encrypt(root)
    await expect(encrypt()).rejects.toEqual(denied)
  })

  test('also works for another account, and for Huawei’s names', async () => {
    const agency = 'iam::6c03a1e5f0d34c8ab1d2c3b4a5968778:agency:enclave'
    for (const granteePrincipal of [FOREIGN, agency]) {
      await grant(['Encrypt'], { granteePrincipal })
      await encrypt(granteePrincipal)
    }
  })

  test('loses against any Deny', async () => {
    await grant(['Encrypt'])
    await encrypt()
    const deny = { Effect: 'Deny', Action: 'kms:Encrypt', Resource: '*' }
    await expect(as(ROLE, deny).encrypt({ keyId, plaintext })).rejects.toEqual(
      refused('E_KMS_DENIED', /explicitly denies/),
    )
    const all = { Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:*', Resource: '*' }
    const policy = JSON.stringify({ Statement: [all, { ...deny, Principal: '*' }] })
    await owner.putKeyPolicy({ keyId, policy })
    await expect(encrypt()).rejects.toEqual(denied)
  })

  test('is in the explanation of a decision', async () => {
    const { grantId } = await grant(['Decrypt'], { constraints: { encryptionContextEquals: { a: 'b' } } })
    const error = await encrypt().catch((thrown: unknown) => thrown)
    const { traceDecision } = await import('../../../src/kms/policy/explain.ts')
    const { statements } = traceDecision((error as { decision: never }).decision)
    expect(statements.at(-1)).toMatchObject({
      policy: 'grants of the key',
      statement: `grant ${grantId.slice(0, 16)}`,
      applies: false,
      parts: [
        { part: 'Operations', holds: false, expected: ['Decrypt'], found: ['Encrypt'] },
        { part: 'GranteePrincipal', holds: true, expected: [ROLE] },
        { part: 'Constraints', holds: false, expected: ['{"encryptionContextEquals":{"a":"b"}}'] },
      ],
    })
  })
})

describe('a constraint', () => {
  test('on equal contexts allows exactly this context, in its case', async () => {
    await grant(['Encrypt', 'DescribeKey'], { constraints: { encryptionContextEquals: { Team: 'a' } } })
    await encrypt(ROLE, { Team: 'a' })
    const others: (Record<string, string> | undefined)[] = [
      undefined,
      {},
      { team: 'a' },
      { Team: 'A' },
      { Team: 'a', more: 'b' },
    ]
    for (const context of others) {
      await expect(encrypt(ROLE, context), JSON.stringify(context)).rejects.toEqual(denied)
    }
    // It has no context.
    await as(ROLE).describeKey({ keyId })
  })

  test('on a subset allows contexts that have it', async () => {
    await grant(['Encrypt', 'Decrypt'], { constraints: { encryptionContextSubset: { Team: 'a' } } })
    const context = { Team: 'a', more: 'b' }
    const { ciphertextBlob } = await encrypt(ROLE, context)
    await as(ROLE).decrypt({ ciphertextBlob, encryptionContext: context })
    for (const other of [undefined, { team: 'a' }, { more: 'b' }, JSON.parse('{"__proto__":"a"}')]) {
      await expect(encrypt(ROLE, other)).rejects.toEqual(denied)
    }
  })

  test.each<[string, object, GrantOperation[]]>([
    ['of both kinds', { encryptionContextEquals: {}, encryptionContextSubset: {} }, ['Encrypt']],
    [
      'of nine pairs',
      { encryptionContextEquals: Object.fromEntries([...'abcdefghi'].map((name) => [name, ''])) },
      ['Encrypt'],
    ],
  ])('%s is refused', async (_, constraints, operations) => {
    await expect(grant(operations, { constraints })).rejects.toEqual(refused('E_KMS_VALIDATION'))
  })

  test('is refused for keys without encryption context, and so is one on a source', async () => {
    const signing = (await owner.createKey({ keySpec: 'ECC_NIST_P256' })).keyMetadata.keyId
    const constraints = { encryptionContextSubset: { a: 'b' } }
    await expect(grant(['Sign'], { keyId: signing, constraints })).rejects.toEqual(
      refused('E_KMS_VALIDATION'),
    )
    const source = { sourceArn: 'arn:aws:s3:::a' }
    await expect(grant(['Encrypt'], { constraints: source })).rejects.toEqual(refused('E_KMS_UNSUPPORTED'))
  })
})

describe('by a grant with CreateGrant', () => {
  const delegate = (operations: GrantOperation[], constraints?: object) =>
    as(ROLE).createGrant({ keyId, granteePrincipal: OTHER, operations, ...(constraints && { constraints }) })

  test('only grants can be made that allow no more', async () => {
    const subset = { encryptionContextSubset: { a: 'b' } }
    await expect(delegate(['Encrypt'])).rejects.toEqual(denied)
    await grant(['CreateGrant', 'Encrypt'], { constraints: subset })
    await expect(delegate(['Decrypt'], subset)).rejects.toEqual(refused('E_KMS_DENIED', /allows less/))
    for (const constraints of [
      undefined,
      { encryptionContextSubset: { c: 'd' } },
      { encryptionContextEquals: {} },
    ])
      await expect(delegate(['Encrypt'], constraints)).rejects.toEqual(refused('E_KMS_DENIED', /allows less/))
    await delegate(['Encrypt'], subset)
    await delegate(['Encrypt'], { encryptionContextEquals: { a: 'b', c: 'd' } })
    await encrypt(OTHER, { a: 'b' })
    expect((await owner.listGrants({ keyId })).grants.map(({ issuingAccount }) => issuingAccount)).toEqual([
      ACCOUNT,
      ACCOUNT,
      ACCOUNT,
    ])
  })

  test('of several, one that allows as much is enough, and what only both together allow is not', async () => {
    await grant(['CreateGrant', 'Encrypt'])
    await expect(delegate(['Decrypt'])).rejects.toEqual(denied)
    await grant(['CreateGrant', 'Decrypt'])
    await delegate(['Encrypt'])
    await delegate(['Decrypt'])
    await expect(delegate(['Encrypt', 'Decrypt'])).rejects.toEqual(refused('E_KMS_DENIED', /allows less/))
  })

  test('of equal contexts, only ones of the same', async () => {
    await grant(['CreateGrant', 'Encrypt'], { constraints: { encryptionContextEquals: { a: 'b' } } })
    for (const constraints of [
      { encryptionContextSubset: { a: 'b' } },
      { encryptionContextEquals: { a: 'b', c: 'd' } },
    ])
      await expect(delegate(['Encrypt'], constraints)).rejects.toEqual(denied)
    await delegate(['Encrypt'], { encryptionContextEquals: { a: 'b' } })
  })
})

test('operations that the key does not support are refused', async () => {
  const make = async (input: object) => (await owner.createKey(input)).keyMetadata.keyId
  const keys = {
    signing: await make({ keySpec: 'ECC_SECG_P256K1' }),
    mac: await make({ keySpec: 'HMAC_224' }),
    rsa: await make({ keySpec: 'RSA_2048', keyUsage: 'ENCRYPT_DECRYPT' }),
  }
  for (const [id, right, wrong] of [
    [keyId, 'GenerateDataKeyPair', 'Sign'],
    [keyId, 'ReEncryptTo', 'GetPublicKey'],
    [keys.signing, 'GetPublicKey', 'Encrypt'],
    [keys.signing, 'Verify', 'GenerateMac'],
    [keys.mac, 'VerifyMac', 'GetPublicKey'],
    [keys.rsa, 'Decrypt', 'GenerateDataKey'],
  ] as const) {
    await grant([right], { keyId: id })
    await expect(grant([right, wrong], { keyId: id }), wrong).rejects.toEqual(refused('E_KMS_VALIDATION'))
  }
  await expect(grant([])).rejects.toEqual(refused('E_KMS_VALIDATION'))
})

test.each(['*', 'enclave', `arn:aws:iam::${ACCOUNT}:role/*`, 'ec2.amazonaws.com', ACCOUNT])(
  'the grantee %s, who could be nobody or anybody, is refused',
  async (granteePrincipal) => {
    await expect(grant(['Encrypt'], { granteePrincipal })).rejects.toEqual(refused('E_KMS_VALIDATION'))
  },
)
