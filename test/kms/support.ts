/** A KMS that trusts one hypervisor, and simulated enclaves of that hypervisor: a key pair and attestation documents. */
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

/** The PCRs of an image, which depend on `seed`; all are zero for 0, as in debug mode. */
export function pcrsOf(seed: number): Map<number, Bytes> {
  const pcrs = new Map(Array.from({ length: 16 }, (_, at) => [at, new Uint8Array(48)] as [number, Bytes]))
  if (seed > 0) for (const index of [0, 3, 4, 8]) pcrs.set(index, new Uint8Array(48).fill(seed + index))
  return pcrs
}

/** PCR0 of `pcrsOf(seed)` in hexadecimal. */
export const pcr0 = (seed: number): string => toHex(pcrsOf(seed).get(0)!)

/** One key pair for all enclaves of a test file, because generating one is slow. */
const pair = crypto.subtle.generateKey(
  { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
  true,
  ['encrypt', 'decrypt'],
)

/** Fields of a document that a test sets. */
export interface Fields {
  readonly nonce?: Bytes
  readonly timestamp?: number
  readonly publicKey?: Bytes
}

/** A simulated enclave: what a KMS receives from one. */
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

  /** The recipient in the JSON of AWS's API. */
  async wireRecipient(fields: Fields = {}): Promise<Record<string, string>> {
    return { AttestationDocument: toBase64(await this.document(fields)), KeyEncryptionAlgorithm: ALGORITHM }
  }

  async open(envelope: Bytes | undefined): Promise<Bytes> {
    return openEnvelope(envelope!, (await pair).privateKey)
  }
}

/** A hypervisor, and a KMS that trusts it. */
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

/** A key policy that lets `ROLE` decrypt only in the image with `PCR0`; `more` are additional statements. */
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

/** Matches an error with this code and message, for `rejects.toEqual`. */
export const refused = (code: string, message: string | RegExp = ''): unknown =>
  expect.objectContaining({ name: 'EnclaveError', code, message: expect.stringMatching(message) })

type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'KEY_AGREEMENT' | 'GENERATE_VERIFY_MAC'

/** Returns the ID of one key per spec and usage, created on first use, because RSA keys take long to generate. */
export function keysOf(owner: KmsClient): (keySpec: KeySpec, keyUsage: KeyUsage) => Promise<string> {
  const created = new Map<string, Promise<string>>()
  return (keySpec, keyUsage) => {
    const known = created.get(keySpec + keyUsage)
    const id = known ?? owner.createKey({ keySpec, keyUsage }).then(({ keyMetadata }) => keyMetadata.keyId)
    created.set(keySpec + keyUsage, id)
    return id
  }
}
