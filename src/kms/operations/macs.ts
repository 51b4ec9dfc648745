/** GenerateMac, VerifyMac (AWS KMS API reference; RFC 2104). */
import { hmac } from '@noble/hashes/hmac.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { fromBase64 } from '../../base/base64.ts'
import { type Bytes, equalSecrets } from '../../base/bytes.ts'
import type { Call } from '../core/call.ts'
import { KmsError } from '../core/error.ts'
import { bytes, oneOf } from '../core/input.ts'
import { type KeyRecord, newest, requireUsable, requireUsage } from '../keys/record.ts'
import { MAC_ALGORITHMS, type MacAlgorithm, macAlgorithms } from '../keys/spec.ts'
import { type KeyIdInput, keyIdentifier, type Operation, type TriedInput, tried } from './operation.ts'

const MESSAGE_MAX = 4096
const MAC_MAX = 6144

/** WebCrypto has no SHA-224, so all four are noble's. */
const HASHES = {
  HMAC_SHA_224: sha224,
  HMAC_SHA_256: sha256,
  HMAC_SHA_384: sha384,
  HMAC_SHA_512: sha512,
} as const

export interface GenerateMacInput extends KeyIdInput, TriedInput {
  /** 1 to 4096 bytes. */
  readonly message: Bytes
  /** That of the key's spec. */
  readonly macAlgorithm: MacAlgorithm
}

export interface GenerateMacOutput {
  readonly keyId: string
  /** 28, 32, 48 or 64 bytes. */
  readonly mac: Bytes
  readonly macAlgorithm: MacAlgorithm
}

export interface VerifyMacInput extends GenerateMacInput {
  readonly mac: Bytes
}

export interface VerifyMacOutput {
  readonly keyId: string
  readonly macValid: true
  readonly macAlgorithm: MacAlgorithm
}

const macFields = {
  keyId: keyIdentifier,
  message: bytes(1, MESSAGE_MAX),
  macAlgorithm: oneOf(MAC_ALGORITHMS),
}

export const generateMac: Operation<GenerateMacInput, GenerateMacOutput> = tried({
  fields: macFields,
  async run(call, input) {
    const key = await macKey(call, 'GenerateMac', input)
    return { keyId: call.arn(key), mac: ownMac(key, input), macAlgorithm: input.macAlgorithm }
  },
})

export const verifyMac: Operation<VerifyMacInput, VerifyMacOutput> = tried({
  fields: { ...macFields, mac: bytes(1, MAC_MAX) },
  async run(call, input) {
    const key = await macKey(call, 'VerifyMac', input)
    const { mac, macAlgorithm } = input
    if (equalSecrets(ownMac(key, input), mac)) return { keyId: call.arn(key), macValid: true, macAlgorithm }
    throw new KmsError('E_KMS_MAC', {
      what: 'the MAC is invalid for this key and message',
      expected: `a MAC by ${key.id} with ${macAlgorithm}`,
      got: `${mac.byteLength} bytes`,
    })
  },
})

async function macKey(
  call: Call,
  action: 'GenerateMac' | 'VerifyMac',
  { keyId, macAlgorithm }: GenerateMacInput,
): Promise<KeyRecord> {
  const key = await call.ring.find(keyId)
  call.authorize(action, key, { 'kms:MacAlgorithm': macAlgorithm })
  requireUsable(key)
  requireUsage(key, 'GENERATE_VERIFY_MAC')
  const known = macAlgorithms(key.spec)
  if (known.includes(macAlgorithm)) return key
  throw new KmsError('E_KMS_USAGE', {
    what: `the key ${key.id} does not support this algorithm`,
    expected: known.join(', '),
    got: macAlgorithm,
  })
}

const ownMac = (key: KeyRecord, { macAlgorithm, message }: GenerateMacInput): Bytes =>
  macOf(fromBase64(newest(key).material), macAlgorithm, message)

/** The MAC of `message`. */
export function macOf(key: Bytes, algorithm: MacAlgorithm, message: Bytes): Bytes {
  return hmac(HASHES[algorithm], key, message) as Bytes
}
