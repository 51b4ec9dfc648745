/**
 * The two profiles of an attestation document, as data: the format that QingTian's hypervisor writes (ecs_03_1411 and
 * the one real document that is known) and the one that the Nitro hypervisor writes (aws-nitro-enclaves-nsm-api,
 * docs/attestation_process.md, and real documents). Writer and verifier share this table, so they cannot drift apart.
 * Nothing here comes from input.
 */

import { type Bytes, fromHex } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { ProfileName } from '../base/profile.ts'
import type { CborWidth } from '../encoding/cbor/item.ts'

/** The field names of a document's payload. */
export type FieldName =
  | 'module_id'
  | 'timestamp'
  | 'digest'
  | 'pcrs'
  | 'certificate'
  | 'cabundle'
  | 'user_data'
  | 'nonce'
  | 'public_key'

/** One profile. Lengths are in bytes. */
export interface Profile {
  readonly name: ProfileName
  /** The encoded protected header, `{1: -35}`, with the integer widths of real documents. */
  readonly protectedHeader: Bytes
  /** The byte order of r and of s in the signature. */
  readonly byteOrder: 'little' | 'big'
  /** The payload's keys, in the order in which the hypervisor writes them. */
  readonly fields: readonly FieldName[]
  /** Whether a verifier requires that order, all nine fields, and definite lengths. */
  readonly fixedLayout: boolean
  /** The width of a PCR's index; `undefined` for the shortest encoding. */
  readonly pcrKeyWidth: CborWidth | undefined
  /** The width of the timestamp that a verifier requires; `undefined` for any. */
  readonly timestampWidth: CborWidth | undefined
  /** How an absent user_data, nonce or public_key is encoded. */
  readonly absent: 'empty' | 'null'
  readonly limits: {
    readonly moduleId: number
    readonly userData: number
    readonly nonce: number
    readonly publicKey: number
    readonly certificate: number
    readonly cabundle: number
    readonly payload: number
  }
}

/** ES384 of RFC 9053: ECDSA on P-384 with SHA-384. The only signature algorithm of documents. */
export const ES384 = -35

/** The only digest of documents, and that of every PCR. */
export const DIGEST = 'SHA384'

const QINGTIAN: Profile = {
  name: 'qingtian',
  protectedHeader: fromHex('a11a000000013a00000022'),
  byteOrder: 'little',
  fields: [
    'module_id',
    'timestamp',
    'digest',
    'pcrs',
    'certificate',
    'cabundle',
    'user_data',
    'nonce',
    'public_key',
  ],
  fixedLayout: true,
  pcrKeyWidth: 2,
  timestampWidth: 8,
  absent: 'empty',
  // From the CDDL of ecs_03_1411. The number of certificates and the length of the module id are what Huawei's own
  // parser accepts; the payload length is the size of its response buffer.
  limits: {
    moduleId: 127,
    userData: 4096,
    nonce: 4096,
    publicKey: 4096,
    certificate: 4096,
    cabundle: 4,
    payload: 0x6000,
  },
}

const NITRO: Profile = {
  name: 'nitro',
  protectedHeader: fromHex('a1013822'),
  byteOrder: 'big',
  fields: [
    'module_id',
    'digest',
    'timestamp',
    'pcrs',
    'certificate',
    'cabundle',
    'public_key',
    'user_data',
    'nonce',
  ],
  fixedLayout: false,
  pcrKeyWidth: undefined,
  timestampWidth: undefined,
  absent: 'null',
  // Nitro's CDDL says 1024 for the three optional fields, but its hypervisor is known to sign longer ones, and a
  // verifier must accept what is really signed; 4096 is beyond every documented limit.
  limits: {
    moduleId: 255,
    userData: 4096,
    nonce: 4096,
    publicKey: 4096,
    certificate: 1024,
    cabundle: 9,
    payload: 16384,
  },
}

/** Both profiles by name. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = { qingtian: QINGTIAN, nitro: NITRO }

/**
 * The profile called `name`.
 * @throws {EnclaveError} E_DOCUMENT_PROFILE for any other name.
 */
export function profileOf(name: string): Profile {
  if (name === 'qingtian' || name === 'nitro') return PROFILES[name]
  throw new EnclaveError('E_DOCUMENT_PROFILE', {
    what: 'unknown profile',
    expected: "'qingtian' or 'nitro'",
    got: JSON.stringify(name) ?? typeof name,
  })
}
