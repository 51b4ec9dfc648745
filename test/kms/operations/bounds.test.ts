/**
 * Every parameter with a limit, at the limit and one beyond, and the defaults of missing parameters (AWS KMS API
 * reference).
 */
import { describe, expect, test } from 'vitest'
import type { Field } from '../../../src/kms/core/input.ts'
import { OPERATIONS, type OperationName } from '../../../src/kms/operations/index.ts'
import { refused } from '../support.ts'

const MAKE = {
  integer: (size: number) => size,
  text: (size: number) => 'x'.repeat(size),
  bytes: (size: number) => new Uint8Array(size),
  texts: (size: number) => Array.from({ length: size }, (_, at) => `${at}`),
  tags: (size: number) => Array.from({ length: size }, (_, at) => ({ tagKey: `${at}`, tagValue: '' })),
  tagKey: (size: number) => [{ tagKey: 'x'.repeat(size), tagValue: '' }],
  tagValue: (size: number) => [{ tagKey: 'x', tagValue: 'x'.repeat(size) }],
  oneText: (size: number) => ['x'.repeat(size)],
  context: (size: number) => ({ a: 'x'.repeat(size - 1) }),
  document: (size: number) => ({
    attestationDocument: new Uint8Array(size),
    keyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
  }),
}
type Kind = keyof typeof MAKE

/** Limits by the name of a parameter, the same in all operations that have it. */
const LIMITS: Readonly<Record<string, readonly (readonly [kind: Kind, least: number, most: number])[]>> = {
  aliasName: [['text', 1, 256]],
  ciphertextBlob: [['bytes', 1, 6144]],
  description: [['text', 0, 8192]],
  destinationEncryptionContext: [['context', 1, 8192]],
  destinationKeyId: [['text', 1, 2048]],
  encryptionContext: [['context', 1, 8192]],
  keyId: [['text', 1, 2048]],
  limit: [['integer', 1, 1000]],
  marker: [['text', 1, 1024]],
  message: [['bytes', 1, 4096]],
  numberOfBytes: [['integer', 1, 1024]],
  pendingWindowInDays: [['integer', 7, 30]],
  plaintext: [['bytes', 1, 4096]],
  policy: [['text', 1, 131_072]],
  publicKey: [['bytes', 1, 8192]],
  recipient: [['document', 1, 262_144]],
  rotationPeriodInDays: [['integer', 90, 2560]],
  signature: [['bytes', 1, 6144]],
  sourceEncryptionContext: [['context', 1, 8192]],
  sourceKeyId: [['text', 1, 2048]],
  tagKeys: [
    ['texts', 0, 50],
    ['oneText', 1, 128],
  ],
  tags: [
    ['tags', 0, 50],
    ['tagKey', 1, 128],
    ['tagValue', 0, 256],
  ],
  targetKeyId: [['text', 1, 2048]],
}

/** Defaults of optional parameters. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  bypassPolicyLockoutSafetyCheck: false,
  destinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  dryRun: false,
  encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  limit: 100,
  messageType: 'RAW',
  pendingWindowInDays: 30,
  policyName: 'default',
  rotationPeriodInDays: 365,
  sourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
}
/** Defaults that only one operation has. */
const OWN_DEFAULTS: Readonly<Record<string, unknown>> = { 'createKey description': '', 'createKey tags': [] }

/** Required parameters. */
const REQUIRED: Readonly<Record<OperationName, readonly string[]>> = {
  cancelKeyDeletion: ['keyId'],
  createAlias: ['aliasName', 'targetKeyId'],
  createGrant: ['keyId', 'granteePrincipal', 'operations'],
  createKey: [],
  decrypt: ['ciphertextBlob'],
  deleteAlias: ['aliasName'],
  deriveSharedSecret: ['keyId', 'keyAgreementAlgorithm', 'publicKey'],
  describeKey: ['keyId'],
  disableKey: ['keyId'],
  disableKeyRotation: ['keyId'],
  enableKey: ['keyId'],
  enableKeyRotation: ['keyId'],
  encrypt: ['keyId', 'plaintext'],
  generateDataKey: ['keyId'],
  generateDataKeyPair: ['keyId', 'keyPairSpec'],
  generateDataKeyPairWithoutPlaintext: ['keyId', 'keyPairSpec'],
  generateDataKeyWithoutPlaintext: ['keyId'],
  generateMac: ['keyId', 'message', 'macAlgorithm'],
  generateRandom: ['numberOfBytes'],
  getKeyPolicy: ['keyId'],
  getKeyRotationStatus: ['keyId'],
  getPublicKey: ['keyId'],
  listAliases: [],
  listGrants: ['keyId'],
  listKeyPolicies: ['keyId'],
  listKeyRotations: ['keyId'],
  listKeys: [],
  listResourceTags: ['keyId'],
  listRetirableGrants: ['retiringPrincipal'],
  putKeyPolicy: ['keyId', 'policy'],
  reEncrypt: ['ciphertextBlob', 'destinationKeyId'],
  replaceAliases: ['aliasName', 'targetKeyId'],
  retireGrant: [],
  revokeGrant: ['keyId', 'grantId'],
  rotateKeyOnDemand: ['keyId'],
  scheduleKeyDeletion: ['keyId'],
  sign: ['keyId', 'message', 'signingAlgorithm'],
  tagResource: ['keyId', 'tags'],
  untagResource: ['keyId', 'tagKeys'],
  updateAlias: ['aliasName', 'targetKeyId'],
  updateKeyDescription: ['keyId', 'description'],
  verify: ['keyId', 'message', 'signingAlgorithm', 'signature'],
  verifyMac: ['keyId', 'message', 'macAlgorithm', 'mac'],
}

const ALL = (Object.keys(OPERATIONS) as OperationName[]).flatMap((operation) =>
  Object.entries(OPERATIONS[operation].fields).map(
    ([name, field]) => [operation, name, field as Field<unknown>] as const,
  ),
)

test('every limit belongs to a parameter', () => {
  const names = new Set(ALL.map(([, name]) => name))
  expect([...Object.keys(LIMITS), ...Object.keys(DEFAULTS)].filter((name) => !names.has(name))).toEqual([])
})

describe.each(ALL)('%s %s', (operation, name, field) => {
  const read = (value: unknown) => field.read(value, name, 'bytes')

  test.each(LIMITS[name] ?? [])('accepts %s of %d to %d only', (kind, least, most) => {
    for (const size of [least, most]) expect(read(MAKE[kind](size)), `${size}`).toEqual(MAKE[kind](size))
    const beyond = least === 0 || kind === 'context' ? [most + 1] : [least - 1, most + 1]
    for (const size of beyond) {
      expect(() => read(MAKE[kind](size)), `${size}`).toThrow(refused('E_KMS_VALIDATION') as Error)
    }
  })

  test('has a default or is required', () => {
    if (REQUIRED[operation].includes(name)) {
      return expect(() => read(undefined)).toThrow(refused('E_KMS_VALIDATION', 'must not be null') as Error)
    }
    expect(read(undefined)).toEqual(OWN_DEFAULTS[`${operation} ${name}`] ?? DEFAULTS[name])
  })
})

test('there may be ten grant tokens, of 8192 characters each', () => {
  const read = (tokens: unknown) => OPERATIONS.encrypt.fields.grantTokens.read(tokens, 'grantTokens', 'bytes')
  for (const tokens of [[], ['x'], ['x'.repeat(8192)], Array(10).fill('x')])
    expect(read(tokens)).toEqual(tokens)
  for (const tokens of [[''], ['x'.repeat(8193)], Array(11).fill('x')]) {
    expect(() => read(tokens)).toThrow(refused('E_KMS_VALIDATION') as Error)
  }
})
