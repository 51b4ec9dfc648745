/**
 * Every operation, and every member of its input, that AWS's own client can send: implemented, or refused with AWS's code.
 * The lists come from the client's own schemas, so this test fails for a new version of it that has more members.
 */
import * as client from '@aws-sdk/client-kms'
import { beforeAll, describe, expect, test } from 'vitest'
import { createKms, createKmsApp } from '../../../src/kms/index.ts'
import { OPERATIONS, type OperationName } from '../../../src/kms/operations/index.ts'
import { ACCOUNT, ROLE } from '../support.ts'

/** A shape of Smithy's model in the client. An operation is 9, its namespace, name, traits, input and output. */
type Shape = readonly [
  kind: number,
  namespace: string,
  name: string,
  traits: unknown,
  names: unknown,
  types: unknown,
]
const [STRUCTURE, OPERATION] = [3, 9]
const resolve = (shape: unknown): unknown => (typeof shape === 'function' ? shape() : shape)
const shapes = (Object.values(client) as readonly unknown[]).filter((value) =>
  Array.isArray(value),
) as readonly unknown[] as readonly Shape[]
const membersOf = (shape: Shape) => resolve(shape)![4 as never] as readonly string[]
const MODEL: readonly (readonly [operation: string, members: readonly string[]])[] = shapes
  .filter(([kind]) => kind === OPERATION)
  .map(([, , name, , input]) => [name, membersOf(resolve(input) as Shape)] as const)

/** Operations that this KMS does not have: custom key stores, imported material, other regions, ML-KEM. */
const REFUSED_OPERATIONS = [
  'ConnectCustomKeyStore',
  'CreateCustomKeyStore',
  'Decapsulate',
  'DeleteCustomKeyStore',
  'DeleteImportedKeyMaterial',
  'DescribeCustomKeyStores',
  'DisconnectCustomKeyStore',
  'Encapsulate',
  'GetKeyLastUsage',
  'GetParametersForImport',
  'ImportKeyMaterial',
  'ReplicateKey',
  'UpdateCustomKeyStore',
  'UpdatePrimaryRegion',
]

/** Members that are refused with any value. */
const REFUSED_MEMBERS = [
  'CustomKeyStoreId',
  'XksKeyId',
  'DryRunModifiers',
  'GranteeServicePrincipal',
  'RetiringServicePrincipal',
]

/** Members that are accepted only with the value that applies anyway. */
const INERT_MEMBERS: Readonly<Record<string, readonly [harmless: unknown, other: unknown]>> = {
  IncludeKeyMaterial: ['ROTATIONS_ONLY', 'ALL_KEY_MATERIAL'],
  MultiRegion: [false, true],
  Origin: ['AWS_KMS', 'EXTERNAL'],
}

let app: ReturnType<typeof createKmsApp>
beforeAll(async () => {
  const policies = [{ Statement: [{ Effect: 'Allow', Action: '*' }] }]
  app = createKmsApp(await createKms({ place: { account: ACCOUNT } }), {
    unsigned: { principal: ROLE, policies },
  })
})

async function send(
  operation: string,
  input: object,
): Promise<{ status: number; type: string; message: string }> {
  const headers = {
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Target': `TrentService.${operation}`,
  }
  const answer = await app.request('/', { method: 'POST', headers, body: JSON.stringify(input) })
  const { __type: type = '', message = '' } = (await answer.json()) as { __type?: string; message?: string }
  return { status: answer.status, type, message: message.toLowerCase() }
}

test('the client’s schemas are found', () => {
  expect(MODEL.length).toBeGreaterThan(50)
  expect(Object.fromEntries(MODEL)).toMatchObject({
    Decrypt: expect.arrayContaining(['CiphertextBlob', 'DryRun']),
  })
  expect(REFUSED_OPERATIONS.filter((name) => !MODEL.some(([known]) => known === name))).toEqual([])
})

const isRefused = (operation: string) => REFUSED_OPERATIONS.includes(operation)

test.each(MODEL.filter(([operation]) => isRefused(operation)))(
  '%s is refused as an unknown operation',
  async (operation) => {
    expect(await send(operation, {})).toMatchObject({ status: 400, type: 'UnknownOperationException' })
  },
)

const IMPLEMENTED = MODEL.filter(([operation]) => !isRefused(operation))

/** Values for required members, so that an operation refuses only the member under test. */
const REQUIRED: Readonly<Record<string, unknown>> = {
  AliasName: 'alias/a',
  CiphertextBlob: 'YQ==',
  DestinationKeyId: 'alias/none',
  GrantId: 'a',
  GranteePrincipal: ROLE,
  KeyAgreementAlgorithm: 'ECDH',
  KeyId: 'alias/none',
  KeyPairSpec: 'ECC_NIST_P256',
  Mac: 'YQ==',
  MacAlgorithm: 'HMAC_SHA_256',
  Message: 'YQ==',
  NumberOfBytes: 1,
  Operations: ['Encrypt'],
  Plaintext: 'YQ==',
  Policy: '{}',
  PublicKey: 'YQ==',
  RetiringPrincipal: ROLE,
  Signature: 'YQ==',
  SigningAlgorithm: 'ECDSA_SHA_256',
}

describe.each(IMPLEMENTED)('%s', (operation, members) => {
  const required = Object.fromEntries(
    members.filter((name) => name in REQUIRED).map((name) => [name, REQUIRED[name]]),
  )
  const sendWith = (member: string, value: unknown) => send(operation, { ...required, [member]: value })

  test.each(members)('%s is validated, or refused by its name', async (member) => {
    const named = expect.stringContaining(`'${member.toLowerCase()}`)
    const unsupported = { status: 400, type: 'UnsupportedOperationException', message: named }
    if (REFUSED_MEMBERS.includes(member)) {
      return expect(await sendWith(member, 'a')).toEqual(unsupported)
    }
    const inert = INERT_MEMBERS[member]
    if (inert !== undefined) {
      const [harmless, other] = inert
      expect(await sendWith(member, other)).toEqual(unsupported)
      return expect((await sendWith(member, harmless)).message).not.toEqual(named)
    }
    const wrong = /(?:Context|Recipient|Constraints)$/.test(member) ? 5 : { A: {} }
    const type = expect.stringMatching(/^(?:Serialization|Validation)Exception$/)
    expect(await sendWith(member, wrong)).toEqual({ status: 400, type, message: named })
  })

  test('a member that the client does not know is rejected', async () => {
    expect(await sendWith('Colour', 'red')).toMatchObject({ type: 'UnsupportedOperationException' })
  })
})

/** Every operation of this KMS, and every name in its input, in AWS's spelling. */
const upper = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)
const OWN = (Object.keys(OPERATIONS) as OperationName[]).map(
  (name) => [upper(name), Object.keys(OPERATIONS[name].fields).map(upper)] as const,
)

test('operations and members that only other dialects have are rejected', async () => {
  const foreign: string[] = []
  for (const [operation, names] of OWN) {
    const members = MODEL.find(([known]) => known === operation)?.[1]
    if (members === undefined) {
      foreign.push(operation)
      expect(await send(operation, {}), operation).toMatchObject({ type: 'UnknownOperationException' })
    }
    for (const member of names.filter((one) => members !== undefined && !members.includes(one))) {
      foreign.push(`${operation}.${member}`)
      expect(await send(operation, { [member]: 'alias/a' }), member).toEqual({
        status: 400,
        type: 'UnsupportedOperationException',
        message: expect.stringContaining(`'${member.toLowerCase()}'`),
      })
    }
  }
  expect(foreign.toSorted()).toEqual(['CreateKey.AliasName', 'ReplaceAliases'])
  expect(await send('CreateKey', {})).toMatchObject({ status: 200 })
})

test('nested objects have exactly the members that are read', () => {
  const names = (wanted: string) => {
    const found = shapes.find(([kind, , name]) => kind === STRUCTURE && name === wanted)
    return [...membersOf(found!)].sort()
  }
  expect(names('RecipientInfo')).toEqual(['AttestationDocument', 'KeyEncryptionAlgorithm'])
  expect(names('Tag')).toEqual(['TagKey', 'TagValue'])
  // The third is refused by its name: no service calls this KMS for another resource.
  expect(names('GrantConstraints')).toEqual([
    'EncryptionContextEquals',
    'EncryptionContextSubset',
    'SourceArn',
  ])
  const inner = IMPLEMENTED.flatMap(([operation]) => {
    const [, , , , input] = shapes.find(([kind, , name]) => kind === OPERATION && name === operation)!
    return (
      JSON.stringify((resolve(input) as Shape)[5], (_, value) => {
        const shape = resolve(value)
        return Array.isArray(shape) && typeof shape[2] === 'string' ? shape[2] : value
      }).match(/[A-Z]\w+/g) ?? []
    )
  })
  expect([...new Set(inner)].sort()).toEqual([
    'GrantConstraints',
    'PlaintextType',
    'RecipientInfo',
    'TagList',
  ])
})
