/**
 * The members that `kms.json` may have, on every level. An unknown member is rejected, with its place: a misspelt name
 * may hide a Deny statement or a requirement on requests.
 */

import type { ProfileName } from '../../attestation/index.ts'
import { EnclaveError } from '../../base/error.ts'
import type { AccessKey, Caller, Explain } from '../../kms/index.ts'

/** A database of PostgreSQL, which several KMSs may share if they have the same master key. */
export interface StoreConfig {
  /** Its URL, postgres://USER@HOST/DATABASE. A password may be in PGPASSWORD or ~/.pgpass instead. */
  readonly postgres?: string
  /** The environment variable with its URL, instead of `postgres`. */
  readonly variable?: string
  /** The schema of the tables. Default webclave_kms. */
  readonly schema?: string
  /** Connections that are open at the same time. Default 10. */
  readonly connections?: number
  /** Seconds after which a call fails if the database does not answer. Default 10. */
  readonly timeout?: number
}

/** The contents of `kms.json`. Every member is optional. */
export interface KmsConfig {
  /** The folder of the keys and the master key. Default: webclave's folder in this user's state directory. */
  readonly state?: string
  /** Where the keys are kept, sealed under the master key. Default: an SQLite file in the folder `state`. */
  readonly store?: StoreConfig
  readonly profile?: ProfileName
  /** `local` (this user's simulated root), `aws`, `huawei`, PEM files, or SHA-256 fingerprints. Default `local`. */
  readonly roots?: readonly string[]
  /** The maximum age of an attestation document, in seconds. Default 900. */
  readonly maxAge?: number
  readonly nonce?: 'optional' | 'required'
  readonly allowDebug?: boolean
  readonly explain?: Explain
  readonly region?: string
  /** The AWS account ID, 12 digits. */
  readonly account?: string
  /** The Huawei domain ID of the same account. */
  readonly domain?: string
  readonly accessKeys?: readonly AccessKey[]
  /** The caller of unsigned requests. Default: unsigned requests are rejected. */
  readonly unsigned?: Caller
  /** Host names that unsigned requests may use, besides loopback and `host`. */
  readonly hosts?: readonly string[]
  /** Origins of web pages that may call it. */
  readonly origins?: readonly string[]
  /** The address to listen on. Default 127.0.0.1. */
  readonly host?: string
  /** Paths of PEM files. */
  readonly tls?: { readonly certificate: string; readonly key: string }
}

/** A type, an enumeration, a list, or an object. A policy may be a string or an object; the KMS itself validates it. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'policy'
  | { readonly words: readonly string[] }
  | { readonly list: Shape }
  | { readonly members: Readonly<Record<string, Shape>>; readonly required?: readonly string[] }

const CALLER: Readonly<Record<keyof Caller, Shape>> = { principal: 'string', policies: { list: 'policy' } }
const ACCESS_KEY: Readonly<Record<keyof AccessKey, Shape>> = {
  ...CALLER,
  accessKeyId: 'string',
  secretAccessKey: 'string',
  sessionToken: 'string',
}
const TLS: Readonly<Record<keyof NonNullable<KmsConfig['tls']>, Shape>> = {
  certificate: 'string',
  key: 'string',
}
const STORE: Readonly<Record<keyof StoreConfig, Shape>> = {
  postgres: 'string',
  variable: 'string',
  schema: 'string',
  connections: 'number',
  timeout: 'number',
}
/** The shape of the whole file. */
export const CONFIG: Readonly<Record<keyof KmsConfig, Shape>> = {
  state: 'string',
  store: { members: STORE },
  profile: { words: ['qingtian', 'nitro'] },
  roots: { list: 'string' },
  maxAge: 'number',
  nonce: { words: ['optional', 'required'] },
  allowDebug: 'boolean',
  explain: { words: ['none', 'summary', 'full'] },
  region: 'string',
  account: 'string',
  domain: 'string',
  accessKeys: { list: { members: ACCESS_KEY } },
  unsigned: { members: CALLER },
  hosts: { list: 'string' },
  origins: { list: 'string' },
  host: 'string',
  tls: { members: TLS, required: Object.keys(TLS) },
}

/** Checks the shape. @throws {EnclaveError} E_KMS_CONFIG with the place; never with a value that may be secret. */
export function requireConfig(value: object): asserts value is KmsConfig {
  requireShape(value, { members: CONFIG }, '')
}

/** The error for an invalid configuration. */
export function badConfig(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_KMS_CONFIG', { what, expected, got })
}

function requireShape(value: unknown, shape: Shape, place: string): void {
  const wrong = (expected: string) => badConfig(`${place} has the wrong type`, expected, kindOf(value))
  if (shape === 'policy') {
    if (!['string', 'an object'].includes(kindOf(value))) throw wrong('a policy, as a string or an object')
  } else if (typeof shape === 'string') {
    if (kindOf(value) !== shape) throw wrong(shape)
  } else if ('words' in shape) {
    if (typeof value !== 'string') throw wrong('string')
    if (!shape.words.includes(value)) {
      throw badConfig(`unknown value of ${place}`, shape.words.join(', '), value)
    }
  } else if ('list' in shape) {
    if (!Array.isArray(value)) throw wrong('a list')
    value.forEach((one, at) => {
      requireShape(one, shape.list, `${place}[${at}]`)
    })
  } else {
    if (kindOf(value) !== 'an object') throw wrong('an object')
    requireMembers(value as Readonly<Record<string, unknown>>, shape, place)
  }
}

function requireMembers(
  value: Readonly<Record<string, unknown>>,
  { members, required = [] }: Extract<Shape, { members: unknown }>,
  place: string,
): void {
  const at = (name: string) => (place === '' ? name : `${place}.${name}`)
  for (const [name, one] of Object.entries(value)) {
    const shape = Object.hasOwn(members, name) ? members[name] : undefined
    if (shape === undefined) {
      throw badConfig(`unknown member ${at(name)}`, Object.keys(members).join(', '), name)
    }
    requireShape(one, shape, at(name))
  }
  const missing = required.find((name) => !Object.hasOwn(value, name))
  if (missing !== undefined) throw badConfig(`${at(missing)} is missing`, required.join(', '), 'nothing')
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : typeof value
}
