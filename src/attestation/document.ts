/**
 * The attestation document: a hypervisor's signed statement about an enclave. QingTian: ecs_03_1411; Nitro:
 * aws-nitro-enclaves-nsm-api, docs/attestation_process.md. This file has the type and the writer; `payload.ts` has the
 * reader. The values written here come from the hypervisor, not from input.
 */
import type { AttestedFields } from '../base/attested-fields.ts'
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { Pcrs } from '../base/pcrs.ts'
import { PCR_LENGTH } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import { CBOR_NULL, cborArray, cborBytes, cborInteger, cborMap, cborText } from '../encoding/cbor/writer.ts'
import { DIGEST, type FieldName, type Profile } from './profile.ts'

/** A document's payload. Certificates are DER; the other byte strings are whatever the enclave supplied. */
export interface AttestationDocument {
  readonly profile: ProfileName
  /** The enclave's id at its hypervisor, 1 to 127 bytes (Nitro: 255). */
  readonly moduleId: string
  /** When it was signed, in milliseconds since 1970. */
  readonly timestamp: number
  /** `SHA384` in every valid document. */
  readonly digest: string
  readonly pcrs: Pcrs
  /** The leaf certificate, whose key signed the document. */
  readonly certificate: Bytes
  /** The chain above the leaf: the root first, the leaf's issuer last. */
  readonly cabundle: readonly Bytes[]
  /** What the enclave added; `undefined` if the field is absent, null or (QingTian) empty. */
  readonly userData: Bytes | undefined
  readonly nonce: Bytes | undefined
  readonly publicKey: Bytes | undefined
}

/** The part of a payload that changes only with the leaf: encoded once, used for many documents. */
export interface EncodedChain {
  readonly certificate: Bytes
  readonly cabundle: Bytes
}

/** Encodes the values of the fields certificate and cabundle, for use in payloads. */
export function encodeChain(certificate: Bytes, cabundle: readonly Bytes[]): EncodedChain {
  return { certificate: cborBytes(certificate), cabundle: cborArray(cabundle.map(cborBytes)) }
}

/** The fields of a payload apart from the certificate chain. */
export interface PayloadFields extends AttestedFields {
  readonly moduleId: string
  readonly timestamp: number
  readonly pcrs: ReadonlyMap<number, Uint8Array>
}

const KEYS: Readonly<Record<FieldName, Bytes>> = {
  module_id: cborText('module_id'),
  timestamp: cborText('timestamp'),
  digest: cborText('digest'),
  pcrs: cborText('pcrs'),
  certificate: cborText('certificate'),
  cabundle: cborText('cabundle'),
  user_data: cborText('user_data'),
  nonce: cborText('nonce'),
  public_key: cborText('public_key'),
}

const DIGEST_VALUE = cborText(DIGEST)
const NO_BYTES = cborBytes(new Uint8Array(0))

/**
 * Encodes a payload, byte for byte as the profile's hypervisor writes it: key order, integer widths, absent fields.
 *
 * @throws {EnclaveError} E_DOCUMENT_FIELD for a field value outside the profile's limits.
 * @see ecs_03_1411; aws-nitro-enclaves-nsm-api, docs/attestation_process.md
 */
export function encodePayload(profile: Profile, chain: EncodedChain, fields: PayloadFields): Bytes {
  requireFields(profile, fields)
  const values: Readonly<Record<FieldName, Bytes>> = {
    module_id: cborText(fields.moduleId),
    timestamp: cborInteger(fields.timestamp, 8),
    digest: DIGEST_VALUE,
    pcrs: encodePcrs(profile, fields.pcrs),
    certificate: chain.certificate,
    cabundle: chain.cabundle,
    user_data: optional(profile, fields.userData),
    nonce: optional(profile, fields.nonce),
    public_key: optional(profile, fields.publicKey),
  }
  return cborMap(profile.fields.map((field) => [KEYS[field], values[field]] as const))
}

function encodePcrs(profile: Profile, pcrs: PayloadFields['pcrs']): Bytes {
  const indexes = [...pcrs.keys()].sort((left, right) => left - right)
  return cborMap(
    indexes.map((index) => [cborInteger(index, profile.pcrKeyWidth), cborBytes(pcrs.get(index)!)] as const),
  )
}

function optional(profile: Profile, value: Uint8Array | undefined): Bytes {
  if (value !== undefined) return cborBytes(value)
  return profile.absent === 'null' ? CBOR_NULL : NO_BYTES
}

function requireFields(profile: Profile, fields: PayloadFields): void {
  const { limits } = profile
  const idBytes = new TextEncoder().encode(fields.moduleId).byteLength
  requireField(idBytes >= 1 && idBytes <= limits.moduleId, 'moduleId', `1..${limits.moduleId} bytes`, idBytes)
  requireField(
    Number.isSafeInteger(fields.timestamp) && fields.timestamp > 0,
    'timestamp',
    'milliseconds after 1970',
    fields.timestamp,
  )
  requireField(fields.pcrs.size >= 1 && fields.pcrs.size <= 32, 'pcrs', '1..32 PCRs', fields.pcrs.size)
  for (const [index, value] of fields.pcrs) {
    requireField(Number.isInteger(index) && index >= 0 && index < 32, 'pcrs', 'indexes 0..31', index)
    const size = value.byteLength
    requireField(size === PCR_LENGTH, `PCR${index}`, `${PCR_LENGTH} bytes`, size)
  }
  for (const name of ['userData', 'nonce', 'publicKey'] as const) {
    const size = fields[name]?.byteLength ?? 0
    requireField(size <= limits[name], name, `at most ${limits[name]} bytes`, size)
  }
}

function requireField(holds: boolean, field: string, expected: string, got: number): void {
  if (!holds) {
    throw new EnclaveError('E_DOCUMENT_FIELD', {
      what: `${field} is outside the limits of attestation documents`,
      expected,
      got: `${got}`,
    })
  }
}

/** Whether every byte is zero: a PCR that was never extended, or that debug mode set to zero. */
export function isZero(pcr: Uint8Array): boolean {
  return pcr.every((byte) => byte === 0)
}

/** 48 zero bytes, the initial value of every PCR. */
export const ZERO_PCR: Bytes = new Uint8Array(PCR_LENGTH)
