/**
 * What `kms.json` may have, member by member, on every level. Whatever else it has is refused, with its place: under a
 * name that is misspelt may stand a Deny, or what a request must come with.
 */

import type { ProfileName } from '../../attestation/index.ts'
import { EnclaveError } from '../../base/error.ts'
import type { AccessKey, Caller, Explain } from '../../kms/index.ts'

/** Every part may be left out. */
export interface KmsConfig {
  /** Where keys and the master key are kept. Default: webclave in the state folder of this user. */
  readonly state?: string
  readonly profile?: ProfileName
  /** `local` (the root that is kept for this user), `aws`, `huawei`, PEM files, or SHA-256 fingerprints. Default `local`. */
  readonly roots?: readonly string[]
  /** Seconds that a document may be old. Default 900. */
  readonly maxAge?: number
  readonly nonce?: 'optional' | 'required'
  readonly allowDebug?: boolean
  readonly explain?: Explain
  readonly region?: string
  /** 12 digits. */
  readonly account?: string
  /** Huawei's domain of the same. */
  readonly domain?: string
  readonly accessKeys?: readonly AccessKey[]
  /** Who calls where a request is not signed. Default: such a request is refused. */
  readonly unsigned?: Caller
  /** Hosts that requests which are not signed may name, beside loopback and `host`. */
  readonly hosts?: readonly string[]
  /** The address to listen on. Default 127.0.0.1. */
  readonly host?: string
  /** PEM files. */
  readonly tls?: { readonly certificate: string; readonly key: string }
}

/** A type, one of a few words, a list of the same, or an object. A policy may be text or JSON: it is read elsewhere. */
type Shape =
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
const CONFIG: Readonly<Record<keyof KmsConfig, Shape>> = {
  state: 'string',
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
  host: 'string',
  tls: { members: TLS, required: Object.keys(TLS) },
}

/** @throws {EnclaveError} E_KMS_CONFIG, with the place. Never with a value: it may be a secret. */
export function requireConfig(value: object): asserts value is KmsConfig {
  requireShape(value, { members: CONFIG }, '')
}

/** The refusal of a configuration. */
export function badConfig(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_KMS_CONFIG', { what, expected, got })
}

function requireShape(value: unknown, shape: Shape, place: string): void {
  const wrong = (expected: string) => badConfig(`${place} is of the wrong type`, expected, kindOf(value))
  if (shape === 'policy') {
    if (!['string', 'an object'].includes(kindOf(value))) throw wrong('a policy, as text or as an object')
  } else if (typeof shape === 'string') {
    if (kindOf(value) !== shape) throw wrong(shape)
  } else if ('words' in shape) {
    if (typeof value !== 'string') throw wrong('string')
    if (!shape.words.includes(value)) {
      throw badConfig(`${place} is none of its words`, shape.words.join(', '), value)
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
      throw badConfig(`a name is unknown: ${at(name)}`, Object.keys(members).join(', '), name)
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
