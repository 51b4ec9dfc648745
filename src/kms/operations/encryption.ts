/** Encrypt, Decrypt and ReEncrypt (AWS KMS API reference, of those names). */
import type { Bytes } from '../../base/bytes.ts'
import { type Call, contextKeys, type Released } from '../core/call.ts'
import { type EncryptionContext, referenceOf } from '../core/ciphertext.ts'
import { KmsError } from '../core/error.ts'
import { bytes, defaulting, invalid, oneOf, optional } from '../core/input.ts'
import { decryptUnder, encryptUnder } from '../keys/cipher.ts'
import { type KeyRecord, requireUsable, requireUsage } from '../keys/record.ts'
import { ENCRYPTION_ALGORITHMS, type EncryptionAlgorithm, encryptionAlgorithms } from '../keys/spec.ts'
import type { PolicyAction } from '../policy/actions.ts'
import {
  CIPHERTEXT_MAX,
  encryptionContext,
  keyIdentifier,
  type Operation,
  openedContext,
  type RecipientInput,
  recipientField,
  type TriedInput,
  tried,
} from './operation.ts'

const PLAINTEXT_MAX = 4096

const algorithmField = defaulting(oneOf(ENCRYPTION_ALGORITHMS), 'SYMMETRIC_DEFAULT')

export interface EncryptInput extends TriedInput {
  readonly keyId: string
  /** 1 to 4096 bytes; less for RSA keys. */
  readonly plaintext: Bytes
  /** Symmetric keys only. */
  readonly encryptionContext?: EncryptionContext | undefined
  /** @default SYMMETRIC_DEFAULT */
  readonly encryptionAlgorithm?: EncryptionAlgorithm
}

export interface EncryptOutput {
  readonly ciphertextBlob: Bytes
  /** The key's ARN. */
  readonly keyId: string
  readonly encryptionAlgorithm: EncryptionAlgorithm
}

export interface DecryptInput extends TriedInput {
  /** 1 to 6144 bytes. */
  readonly ciphertextBlob: Bytes
  readonly encryptionContext?: EncryptionContext | undefined
  /** Required for RSA keys. For a symmetric key, it must be the key that the ciphertext names. */
  readonly keyId?: string | undefined
  readonly encryptionAlgorithm?: EncryptionAlgorithm
  readonly recipient?: RecipientInput | undefined
}

export type DecryptOutput = Released & {
  readonly keyId: string
  readonly encryptionAlgorithm: EncryptionAlgorithm
}

export interface ReEncryptInput extends TriedInput {
  readonly ciphertextBlob: Bytes
  readonly sourceEncryptionContext?: EncryptionContext | undefined
  readonly sourceKeyId?: string | undefined
  readonly sourceEncryptionAlgorithm?: EncryptionAlgorithm
  readonly destinationKeyId: string
  readonly destinationEncryptionContext?: EncryptionContext | undefined
  readonly destinationEncryptionAlgorithm?: EncryptionAlgorithm
}

export interface ReEncryptOutput {
  readonly ciphertextBlob: Bytes
  readonly sourceKeyId: string
  readonly keyId: string
  readonly sourceEncryptionAlgorithm: EncryptionAlgorithm
  readonly destinationEncryptionAlgorithm: EncryptionAlgorithm
}

export const encrypt: Operation<EncryptInput, EncryptOutput> = tried({
  fields: {
    keyId: keyIdentifier,
    plaintext: bytes(1, PLAINTEXT_MAX),
    encryptionContext: optional(encryptionContext),
    encryptionAlgorithm: algorithmField,
  },
  async run(call, { keyId, plaintext, encryptionContext: context = {}, encryptionAlgorithm }) {
    const algorithm = encryptionAlgorithm!
    const key = await call.ring.find(keyId)
    gate(call, 'Encrypt', key, keyId, context, algorithm)
    return {
      ciphertextBlob: await encryptUnder(key, algorithm, plaintext, context),
      keyId: call.arn(key),
      encryptionAlgorithm: algorithm,
    }
  },
})

export const decrypt: Operation<DecryptInput, DecryptOutput> = tried({
  fields: {
    ciphertextBlob: bytes(1, CIPHERTEXT_MAX),
    encryptionContext: optional(openedContext),
    keyId: optional(keyIdentifier),
    encryptionAlgorithm: algorithmField,
    recipient: optional(recipientField),
  },
  async run(call, { ciphertextBlob, encryptionContext: context = {}, keyId, encryptionAlgorithm }) {
    const algorithm = encryptionAlgorithm!
    const key = await keyOf(call, ciphertextBlob, keyId, algorithm)
    gate(call, 'Decrypt', key, keyId, context, algorithm)
    const plaintext = decryptUnder(key, algorithm, ciphertextBlob, context)
    return { ...(await call.release(plaintext)), keyId: call.arn(key), encryptionAlgorithm: algorithm }
  },
})

export const reEncrypt: Operation<ReEncryptInput, ReEncryptOutput> = tried({
  fields: {
    ciphertextBlob: bytes(1, CIPHERTEXT_MAX),
    sourceEncryptionContext: optional(openedContext),
    sourceKeyId: optional(keyIdentifier),
    sourceEncryptionAlgorithm: algorithmField,
    destinationKeyId: keyIdentifier,
    destinationEncryptionContext: optional(encryptionContext),
    destinationEncryptionAlgorithm: algorithmField,
  },
  async run(call, input) {
    const { ciphertextBlob, sourceEncryptionContext = {}, destinationEncryptionContext = {} } = input
    const [from, to] = [input.sourceEncryptionAlgorithm!, input.destinationEncryptionAlgorithm!]
    const source = await keyOf(call, ciphertextBlob, input.sourceKeyId, from)
    const destination = await call.ring.find(input.destinationKeyId)
    const onSame = { 'kms:ReEncryptOnSameKey': String(source.id === destination.id) }
    gate(call, 'ReEncryptFrom', source, input.sourceKeyId, sourceEncryptionContext, from, onSame)
    gate(call, 'ReEncryptTo', destination, input.destinationKeyId, destinationEncryptionContext, to, onSame)
    const plaintext = await decryptUnder(source, from, ciphertextBlob, sourceEncryptionContext)
    return {
      ciphertextBlob: await encryptUnder(destination, to, plaintext, destinationEncryptionContext),
      sourceKeyId: call.arn(source),
      keyId: call.arn(destination),
      sourceEncryptionAlgorithm: from,
      destinationEncryptionAlgorithm: to,
    }
  },
})

/** Policies are checked first, so that a caller without permission learns nothing about the key's state. */
function gate(
  call: Call,
  action: PolicyAction,
  key: KeyRecord,
  identifier: string | undefined,
  context: EncryptionContext,
  algorithm: EncryptionAlgorithm,
  more: Readonly<Record<string, string>> = {},
): void {
  const alias = identifier && /(?:^|:)(alias\/.+)$/.exec(identifier)?.[1]
  const values = { 'kms:EncryptionAlgorithm': algorithm, ...(alias && { 'kms:RequestAlias': alias }) }
  call.authorize(action, key, { ...values, ...contextKeys(context), ...more })
  requireUsable(key)
  requireUsage(key, 'ENCRYPT_DECRYPT')
  requireAlgorithm(key, algorithm, context)
}

function requireAlgorithm(
  { id, spec, usage }: KeyRecord,
  algorithm: EncryptionAlgorithm,
  context: EncryptionContext,
): void {
  const known = encryptionAlgorithms(spec, usage)
  if (!known.includes(algorithm)) {
    throw new KmsError('E_KMS_USAGE', {
      what: `the key ${id} does not support this algorithm`,
      expected: known.join(' or '),
      got: algorithm,
    })
  }
  if (spec !== 'SYMMETRIC_DEFAULT' && Object.keys(context).length > 0) {
    throw new KmsError('E_KMS_VALIDATION', {
      what: 'an encryption context needs a symmetric key',
      expected: 'none',
      got: spec,
    })
  }
}

/** The key of a ciphertext: the one that it names, or the one that the caller names. */
async function keyOf(
  call: Call,
  ciphertext: Bytes,
  identifier: string | undefined,
  algorithm: EncryptionAlgorithm,
): Promise<KeyRecord> {
  if (algorithm !== 'SYMMETRIC_DEFAULT') {
    if (identifier === undefined) throw invalid('keyId', 'Member must not be null')
    return call.ring.find(identifier)
  }
  const named = identifier === undefined ? undefined : await call.ring.find(identifier)
  const { keyId } = referenceOf(ciphertext)
  if (named === undefined) return call.ring.find(keyId)
  if (named.id === keyId) return named
  throw new KmsError('E_KMS_WRONG_KEY', {
    what: 'the ciphertext was encrypted with another key than the one named',
    expected: `a ciphertext of the key ${named.id}`,
    got: `a ciphertext of the key ${keyId}`,
  })
}
