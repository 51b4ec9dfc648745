/** A KMS that believes one hypervisor, and enclaves of that hypervisor as far as a KMS sees them: a key pair and documents. */
import { expect } from 'vitest'
import {
  type AttestationAuthority,
  createAttestationAuthority,
  type ProfileName,
} from '../../src/attestation/issue/authority.ts'
import { toBase64 } from '../../src/base/base64.ts'
import { type Bytes, toHex } from '../../src/base/bytes.ts'
import { type AttestationTrust, createKms, type Kms, type KmsOptions } from '../../src/kms/index.ts'
import type { KeySpec } from '../../src/kms/keys/spec.ts'
import type { KmsClient } from '../../src/kms/operations/index.ts'
import type { RecipientInput } from '../../src/kms/operations/operation.ts'
import { openEnvelope } from '../support/open-envelope.ts'

export const ACCOUNT = '111122223333'
export const ROLE: string = `arn:aws:iam::${ACCOUNT}:role/enclave`
export const OTHER: string = `arn:aws:iam::${ACCOUNT}:role/other`
export const PROFILE: ProfileName = 'qingtian'
export const ALGORITHM = 'RSAES_OAEP_SHA_256' as const

/** PCRs as an image has them; `seed` fills PCR0, `0` is debug mode. */
export function pcrsOf(seed: number): Map<number, Bytes> {
  const pcrs = new Map(Array.from({ length: 16 }, (_, at) => [at, new Uint8Array(48)] as [number, Bytes]))
  if (seed > 0) for (const index of [0, 3, 4, 8]) pcrs.set(index, new Uint8Array(48).fill(seed + index))
  return pcrs
}

/** PCR0 of `pcrsOf(seed)` in hexadecimal. */
export const pcr0 = (seed: number): string => toHex(pcrsOf(seed).get(0)!)

/** Keys are slow to make: one pair serves all enclaves of a test file that do not care. */
const pair = crypto.subtle.generateKey(
  { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
  true,
  ['encrypt', 'decrypt'],
)

/** What a document is asked for with. */
export interface Fields {
  readonly nonce?: Bytes
  readonly timestamp?: number
  readonly publicKey?: Bytes
}

/** An enclave, as far as a KMS sees it. */
export class FakeEnclave {
  readonly authority: AttestationAuthority
  readonly seed: number

  constructor(authority: AttestationAuthority, seed: number) {
    this.authority = authority
    this.seed = seed
  }

  async publicKey(): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.exportKey('spki', (await pair).publicKey))
  }

  async document(fields: Fields = {}): Promise<Bytes> {
    return this.authority.attest({
      profile: PROFILE,
      moduleId: `i.enc-${this.seed}`,
      pcrs: pcrsOf(this.seed),
      publicKey: await this.publicKey(),
      ...fields,
    })
  }

  async recipient(fields: Fields = {}): Promise<RecipientInput> {
    return { attestationDocument: await this.document(fields), keyEncryptionAlgorithm: ALGORITHM }
  }

  /** The same over HTTP in AWS's form. */
  async wireRecipient(fields: Fields = {}): Promise<Record<string, string>> {
    return { AttestationDocument: toBase64(await this.document(fields)), KeyEncryptionAlgorithm: ALGORITHM }
  }

  async open(envelope: Bytes | undefined): Promise<Bytes> {
    return openEnvelope(envelope!, (await pair).privateKey)
  }
}

/** A hypervisor, and a KMS that believes it. */
export interface Laboratory {
  readonly kms: Kms
  readonly authority: AttestationAuthority
  readonly enclave: FakeEnclave
}

export async function createLaboratory(
  options: KmsOptions = {},
  trust: Partial<AttestationTrust> = {},
): Promise<Laboratory> {
  const authority = await createAttestationAuthority({ instanceId: crypto.randomUUID() })
  const attestation = { profile: PROFILE, roots: authority.rootPem, ...trust }
  const kms = await createKms({ place: { account: ACCOUNT }, attestation, ...options })
  return { kms, authority, enclave: new FakeEnclave(authority, 1) }
}

/** A key policy that lets `ROLE` decrypt inside of the image with `PCR0` only; `more` are further statements. */
export function enclavePolicy(PCR0: string, ...more: object[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'EnclaveOnly',
        Effect: 'Allow',
        Principal: { AWS: ROLE },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:GenerateRandom'],
        Resource: '*',
        Condition: { StringEqualsIgnoreCase: { 'kms:RecipientAttestation:ImageSha384': PCR0 } },
      },
      ...more,
    ],
  })
}

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text)
export const random = (size: number): Bytes => crypto.getRandomValues(new Uint8Array(size))
export const fromUtf8 = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

/** The refusal of `code`, for `rejects.toEqual`. */
export const refused = (code: string, message: string | RegExp = ''): unknown =>
  expect.objectContaining({ name: 'EnclaveError', code, message: expect.stringMatching(message) })

type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'KEY_AGREEMENT'

/** Gives the id of one key of each kind, made when it is first asked for: RSA keys take long to make. */
export function keysOf(owner: KmsClient): (keySpec: KeySpec, keyUsage: KeyUsage) => Promise<string> {
  const made = new Map<string, Promise<string>>()
  return (keySpec, keyUsage) => {
    const known = made.get(keySpec + keyUsage)
    const id = known ?? owner.createKey({ keySpec, keyUsage }).then(({ keyMetadata }) => keyMetadata.keyId)
    made.set(keySpec + keyUsage, id)
    return id
  }
}
