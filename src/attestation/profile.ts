/**
 * The two dialects of an attestation document, as data: what QingTian's hypervisor writes (ecs_03_1411 and the
 * one real document known) and what the Nitro hypervisor writes (aws-nitro-enclaves-nsm-api,
 * docs/attestation_process.md, and its real documents). Writer and verifier both read this table, so the two
 * cannot drift apart. Nothing here comes from input.
 */

import { type Bytes, fromHex } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { ProfileName } from '../base/profile.ts'
import type { CborWidth } from '../encoding/cbor/item.ts'

/** The fields of a document's payload, by their names on the wire. */
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

/** One dialect. Lengths are in bytes. */
export interface Profile {
  readonly name: ProfileName
  /** The protected header: `{1: -35}`, in the widths of the real ones. */
  readonly protectedHeader: Bytes
  /** Which end of r and of s comes first in the signature. */
  readonly byteOrder: 'little' | 'big'
  /** The payload's keys as the hypervisor writes them. */
  readonly fields: readonly FieldName[]
  /** Whether a reader may insist on that order, on all nine, and on definite lengths. */
  readonly fixedLayout: boolean
  /** The width of a PCR's index; `undefined` for the shortest that holds it. */
  readonly pcrKeyWidth: CborWidth | undefined
  /** The width of the timestamp that readers insist on. */
  readonly timestampWidth: CborWidth | undefined
  /** How an absent user_data, nonce or public_key is written. */
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

/** ES384 of RFC 9053: ECDSA on P-384 with SHA-384. The only algorithm of documents. */
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
  // The CDDL of ecs_03_1411; the count of certificates and the module id are what Huawei's own parser takes,
  // the payload is its response buffer.
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
  // Nitro's CDDL says 1024 for the three free fields, yet its hypervisor has been seen to sign more, and a
  // verifier must take what is really signed; 4096 is beyond every documented limit.
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

/** Both dialects by name. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = { qingtian: QINGTIAN, nitro: NITRO }

/**
 * The dialect called `name`.
 * @throws {EnclaveError} E_DOCUMENT_PROFILE for any other name.
 */
export function profileOf(name: string): Profile {
  if (name === 'qingtian' || name === 'nitro') return PROFILES[name]
  throw new EnclaveError('E_DOCUMENT_PROFILE', {
    what: 'no such profile',
    expected: "'qingtian' or 'nitro'",
    got: JSON.stringify(name) ?? typeof name,
  })
}
