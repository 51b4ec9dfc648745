/** Sign, Verify, GetPublicKey, DeriveSharedSecret (AWS KMS API reference). */

import { fromBase64 } from '../../base/base64.ts'
import type { Bytes } from '../../base/bytes.ts'
import { CURVES } from '../../encoding/ecdsa.ts'
import type { Call } from '../core/call.ts'
import { KmsError } from '../core/error.ts'
import { bytes, defaulting, invalid, oneOf, optional } from '../core/input.ts'
import { privateKey } from '../keys/material.ts'
import { type KeyRecord, newest, requireUsable, requireUsage } from '../keys/record.ts'
import { type MessageType, signWith, verifyWith } from '../keys/signatures.ts'
import {
  algorithmsOf,
  curveOf,
  type KeyAlgorithms,
  type KeySpec,
  type KeyUsageName,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
  signingAlgorithms,
} from '../keys/spec.ts'
import {
  type GrantableInput,
  grantTokens,
  type KeyIdInput,
  keyIdentifier,
  type Operation,
  type RecipientInput,
  recipientField,
  type TriedInput,
  tried,
} from './operation.ts'

const MESSAGE_MAX = 4096
const SIGNATURE_MAX = 6144

export interface SignInput extends KeyIdInput, TriedInput {
  /**
   * 1 to 4096 bytes; for DIGEST exactly the length of the hash. ED25519_PH_SHA_512 takes only a digest, and hashes it once
   * more, as AWS documents; ED25519_SHA_512 takes only whole messages.
   */
  readonly message: Bytes
  /** @default RAW */
  readonly messageType?: MessageType
  readonly signingAlgorithm: SigningAlgorithm
}

export interface SignOutput {
  readonly keyId: string
  /** ECDSA: DER. RSA: the length of the modulus. Ed25519: 64 bytes. */
  readonly signature: Bytes
  readonly signingAlgorithm: SigningAlgorithm
}

export interface VerifyInput extends SignInput {
  readonly signature: Bytes
}

export interface VerifyOutput {
  readonly keyId: string
  readonly signatureValid: true
  readonly signingAlgorithm: SigningAlgorithm
}

export interface GetPublicKeyOutput extends Omit<KeyAlgorithms, 'macAlgorithms'> {
  readonly keyId: string
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Bytes
  readonly customerMasterKeySpec: KeySpec
  readonly keySpec: KeySpec
  readonly keyUsage: KeyUsageName
}

export interface DeriveSharedSecretInput extends KeyIdInput, TriedInput {
  readonly keyAgreementAlgorithm: 'ECDH'
  /** The peer's public key on the same curve: SubjectPublicKeyInfo in DER. */
  readonly publicKey: Bytes
  readonly recipient?: RecipientInput | undefined
}

export type DeriveSharedSecretOutput = {
  readonly keyId: string
  readonly keyAgreementAlgorithm: 'ECDH'
  readonly keyOrigin: 'AWS_KMS'
} & (
  | {
      /** The x coordinate: 32 bytes on P-256, 48 on P-384, 66 on P-521. */
      readonly sharedSecret: Bytes
    }
  | { readonly sharedSecret?: undefined; readonly ciphertextForRecipient: Bytes }
)

const signFields = {
  keyId: keyIdentifier,
  message: bytes(1, MESSAGE_MAX),
  messageType: defaulting(oneOf<MessageType>(['RAW', 'DIGEST']), 'RAW'),
  signingAlgorithm: oneOf(SIGNING_ALGORITHMS),
}

export const sign: Operation<SignInput, SignOutput> = tried({
  fields: signFields,
  async run(call, input) {
    const key = await signingKey(call, 'Sign', input)
    const { message, messageType, signingAlgorithm } = input
    const signature = await signWith(newest(key), key.spec, signingAlgorithm, message, messageType!)
    return { keyId: call.arn(key), signature, signingAlgorithm }
  },
})

export const verify: Operation<VerifyInput, VerifyOutput> = tried({
  fields: { ...signFields, signature: bytes(1, SIGNATURE_MAX) },
  async run(call, input) {
    const key = await signingKey(call, 'Verify', input)
    const { message, messageType, signingAlgorithm, signature } = input
    if (await verifyWith(newest(key), key.spec, signingAlgorithm, message, messageType!, signature)) {
      return { keyId: call.arn(key), signatureValid: true, signingAlgorithm }
    }
    throw new KmsError('E_KMS_SIGNATURE', {
      what: 'the signature is invalid for this key and message',
      expected: `a signature of ${key.id} with ${signingAlgorithm}`,
      got: `${signature.byteLength} bytes`,
    })
  },
})

export const getPublicKey: Operation<GrantableInput, GetPublicKeyOutput> = {
  fields: { keyId: keyIdentifier, grantTokens },
  async run(call, { keyId }) {
    const key = await call.ring.find(keyId)
    call.authorize('GetPublicKey', key)
    requireUsable(key)
    const { spec, usage } = key
    const { publicKey } = newest(key)
    if (publicKey === undefined) {
      throw new KmsError('E_KMS_UNSUPPORTED', { what: `the key ${key.id} has no public key`, got: spec })
    }
    return {
      keyId: call.arn(key),
      publicKey: fromBase64(publicKey),
      customerMasterKeySpec: spec,
      keySpec: spec,
      keyUsage: usage,
      ...algorithmsOf(spec, usage),
    }
  },
}

export const deriveSharedSecret: Operation<DeriveSharedSecretInput, DeriveSharedSecretOutput> = tried({
  fields: {
    keyId: keyIdentifier,
    keyAgreementAlgorithm: oneOf(['ECDH']),
    publicKey: bytes(1, 8192),
    recipient: optional(recipientField),
  },
  async run(call, { keyId, publicKey }) {
    const key = await call.ring.find(keyId)
    call.authorize('DeriveSharedSecret', key, { 'kms:KeyAgreementAlgorithm': 'ECDH' })
    requireUsable(key)
    requireUsage(key, 'KEY_AGREEMENT')
    const namedCurve = curveOf(key.spec)!
    const purpose = { name: 'ECDH', namedCurve }
    const other = await crypto.subtle.importKey('spki', publicKey, purpose, false, []).catch(() => undefined)
    if (other === undefined) throw invalid('publicKey', `Member must be a public key on ${namedCurve}`)
    const own = await privateKey(newest(key), purpose, 'deriveBits')
    const bits = 8 * CURVES[namedCurve].half
    const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: other }, own, bits)
    const released = await call.release(new Uint8Array(secret))
    return {
      keyId: call.arn(key),
      ...('ciphertextForRecipient' in released ? released : { sharedSecret: released.plaintext }),
      keyAgreementAlgorithm: 'ECDH',
      keyOrigin: 'AWS_KMS',
    }
  },
})

async function signingKey(call: Call, action: 'Sign' | 'Verify', input: SignInput): Promise<KeyRecord> {
  const { keyId, signingAlgorithm, messageType } = input
  const key = await call.ring.find(keyId)
  call.authorize(action, key, {
    'kms:SigningAlgorithm': signingAlgorithm,
    'kms:MessageType': messageType!,
  })
  requireUsable(key)
  requireUsage(key, 'SIGN_VERIFY')
  const known = signingAlgorithms(key.spec, key.usage)
  if (known.includes(signingAlgorithm)) return key
  throw new KmsError('E_KMS_USAGE', {
    what: `the key ${key.id} does not support this algorithm`,
    expected: known.join(', '),
    got: signingAlgorithm,
  })
}
