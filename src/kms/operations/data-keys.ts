/** GenerateDataKey and GenerateDataKeyPair, with and without plaintext, and GenerateRandom (AWS KMS API reference). */
import type { Bytes } from '../../base/bytes.ts'
import { type Call, contextKeys, type Released } from '../core/call.ts'
import type { EncryptionContext } from '../core/ciphertext.ts'
import { type Field, integer, invalid, oneOf, optional } from '../core/input.ts'
import { encryptUnder } from '../keys/cipher.ts'
import { createPair } from '../keys/material.ts'
import { type KeyRecord, requireUsable, requireUsage } from '../keys/record.ts'
import { PAIR_SPECS, type PairSpec } from '../keys/spec.ts'
import type { PolicyAction } from '../policy/actions.ts'
import {
  encryptionContext,
  keyIdentifier,
  type Operation,
  type RecipientInput,
  recipientField,
  type TriedInput,
  tried,
} from './operation.ts'

const RANDOM_MAX = 1024
const DATA_KEY_SPECS = ['AES_256', 'AES_128'] as const

export interface DataKeyInput extends TriedInput {
  /** A symmetric key. */
  readonly keyId: string
  readonly encryptionContext?: EncryptionContext | undefined
  /** Either this or `numberOfBytes` is required. */
  readonly keySpec?: (typeof DATA_KEY_SPECS)[number] | undefined
  /** 1 to 1024. */
  readonly numberOfBytes?: number | undefined
}

export interface GenerateDataKeyInput extends DataKeyInput {
  readonly recipient?: RecipientInput | undefined
}

export interface DataKeyOutput {
  /** The data key, encrypted under the KMS key. */
  readonly ciphertextBlob: Bytes
  readonly keyId: string
}

export interface DataKeyPairInput extends TriedInput {
  readonly keyId: string
  readonly encryptionContext?: EncryptionContext | undefined
  readonly keyPairSpec: PairSpec
}

export interface GenerateDataKeyPairInput extends DataKeyPairInput {
  readonly recipient?: RecipientInput | undefined
}

export interface DataKeyPairOutput {
  /** PKCS #8 in DER, encrypted under the KMS key. */
  readonly privateKeyCiphertextBlob: Bytes
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Bytes
  readonly keyId: string
  readonly keyPairSpec: PairSpec
}

export type GenerateDataKeyPairOutput = DataKeyPairOutput &
  (
    | { readonly privateKeyPlaintext: Bytes }
    | { readonly privateKeyPlaintext?: undefined; readonly ciphertextForRecipient: Bytes }
  )

export interface GenerateRandomInput {
  /** 1 to 1024. */
  readonly numberOfBytes: number
  readonly recipient?: RecipientInput | undefined
}

/** The spec of a data key, optional. */
export const dataKeySpec: Field<(typeof DATA_KEY_SPECS)[number] | undefined> = optional(oneOf(DATA_KEY_SPECS))

const dataKeyFields = {
  keyId: keyIdentifier,
  encryptionContext: optional(encryptionContext),
  keySpec: dataKeySpec,
  numberOfBytes: optional(integer(1, RANDOM_MAX)),
}
const pairFields = {
  keyId: keyIdentifier,
  encryptionContext: optional(encryptionContext),
  keyPairSpec: oneOf(PAIR_SPECS),
}
const recipient = optional(recipientField)

export const generateDataKey: Operation<GenerateDataKeyInput, DataKeyOutput & Released> = tried({
  fields: { ...dataKeyFields, recipient },
  async run(call, input) {
    const { dataKey, ...sealed } = await newDataKey(call, 'GenerateDataKey', input)
    return { ...sealed, ...(await call.release(dataKey)) }
  },
})

export const generateDataKeyWithoutPlaintext: Operation<DataKeyInput, DataKeyOutput> = tried({
  fields: dataKeyFields,
  async run(call, input) {
    const { dataKey, ...sealed } = await newDataKey(call, 'GenerateDataKeyWithoutPlaintext', input)
    dataKey.fill(0)
    return sealed
  },
})

export const generateDataKeyPair: Operation<GenerateDataKeyPairInput, GenerateDataKeyPairOutput> = tried({
  fields: { ...pairFields, recipient },
  async run(call, input) {
    const { privateKey, ...pair } = await newPair(call, 'GenerateDataKeyPair', input)
    const released = await call.release(privateKey)
    const shown =
      'ciphertextForRecipient' in released ? released : { privateKeyPlaintext: released.plaintext }
    return { ...pair, ...shown }
  },
})

export const generateDataKeyPairWithoutPlaintext: Operation<DataKeyPairInput, DataKeyPairOutput> = tried({
  fields: pairFields,
  async run(call, input) {
    const { privateKey, ...pair } = await newPair(call, 'GenerateDataKeyPairWithoutPlaintext', input)
    privateKey.fill(0)
    return pair
  },
})

export const generateRandom: Operation<GenerateRandomInput, Released> = {
  fields: { numberOfBytes: integer(1, RANDOM_MAX), recipient },
  async run(call, { numberOfBytes }) {
    call.authorize('GenerateRandom', undefined)
    return call.release(crypto.getRandomValues(new Uint8Array(numberOfBytes)))
  },
}

async function newDataKey(
  call: Call,
  action: PolicyAction,
  input: DataKeyInput,
): Promise<DataKeyOutput & { dataKey: Bytes }> {
  const { keyId, keySpec, numberOfBytes, encryptionContext: context = {} } = input
  const key = await usableKey(call, action, keyId, context, {})
  if ((keySpec === undefined) === (numberOfBytes === undefined)) {
    throw invalid('keySpec', 'Member must be given, or numberOfBytes, and not both')
  }
  const size = numberOfBytes ?? (keySpec === 'AES_128' ? 16 : 32)
  const dataKey = crypto.getRandomValues(new Uint8Array(size))
  return {
    dataKey,
    ciphertextBlob: await encryptUnder(key, 'SYMMETRIC_DEFAULT', dataKey, context),
    keyId: call.arn(key),
  }
}

async function newPair(
  call: Call,
  action: PolicyAction,
  { keyId, keyPairSpec, encryptionContext: context = {} }: DataKeyPairInput,
): Promise<DataKeyPairOutput & { privateKey: Bytes }> {
  const key = await usableKey(call, action, keyId, context, { 'kms:DataKeyPairSpec': keyPairSpec })
  const { privateKey, publicKey } = await createPair(keyPairSpec)
  return {
    privateKey,
    publicKey,
    privateKeyCiphertextBlob: await encryptUnder(key, 'SYMMETRIC_DEFAULT', privateKey, context),
    keyId: call.arn(key),
    keyPairSpec,
  }
}

async function usableKey(
  call: Call,
  action: PolicyAction,
  identifier: string,
  context: EncryptionContext,
  values: Readonly<Record<string, string>>,
): Promise<KeyRecord> {
  const key = await call.ring.find(identifier)
  call.authorize(action, key, {
    'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
    ...contextKeys(context),
    ...values,
  })
  requireUsable(key)
  requireUsage(key, 'ENCRYPT_DECRYPT')
  if (key.spec !== 'SYMMETRIC_DEFAULT') throw invalid('keyId', 'Member must name a symmetric key', key.spec)
  return key
}
