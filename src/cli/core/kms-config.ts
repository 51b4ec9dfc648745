/** The configuration file of `qt kms`: what it may say, and the KMS and the application that it makes. */
import { join } from 'node:path'
import { AWS_NITRO_ROOT, HUAWEI_QINGTIAN_ROOT, type ProfileName } from '../../attestation/index.ts'
import { EnclaveError } from '../../base/error.ts'
import { readJson } from '../../encoding/json.ts'
import { toPem } from '../../encoding/pem.ts'
import {
  type AccessKey,
  type Caller,
  createKms,
  type Explain,
  type Kms,
  type KmsAppOptions,
  persistentMasterKey,
} from '../../kms/index.ts'
import { SqliteStore } from '../../kms/store/sqlite.ts'
import { persistentRoot } from '../../parent/root.ts'
import { stateFolder } from '../../platform/secret-file.ts'
import { readText } from './files.ts'

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

const WORDS: Readonly<Record<string, readonly string[]>> = {
  profile: ['qingtian', 'nitro'],
  nonce: ['optional', 'required'],
  explain: ['none', 'summary', 'full'],
}
const TYPES: Readonly<Record<keyof KmsConfig, string>> = {
  state: 'string',
  profile: 'string',
  roots: 'object',
  maxAge: 'number',
  nonce: 'string',
  allowDebug: 'boolean',
  explain: 'string',
  region: 'string',
  account: 'string',
  domain: 'string',
  accessKeys: 'object',
  unsigned: 'object',
  hosts: 'object',
  host: 'string',
  tls: 'object',
}
/** Addresses to listen on that are no names. */
const WILDCARDS: readonly string[] = ['0.0.0.0', '::']
const CLOUDS: Readonly<Record<string, string>> = { aws: AWS_NITRO_ROOT, huawei: HUAWEI_QINGTIAN_ROOT }
const FINGERPRINT = /^(?:[0-9a-f]{2}:?){32}$/i

/** The file's configuration; an empty one without a file. @throws {EnclaveError} E_FILE, E_KMS_CONFIG */
export async function readConfig(path: string | undefined): Promise<KmsConfig> {
  if (path === undefined) return {}
  const text = await readText(path, 'the configuration of the KMS')
  const value = readJson(text, (expected, got) => bad('the configuration is not JSON', expected, got))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad('the configuration is no object', 'an object', Array.isArray(value) ? 'a list' : typeof value)
  }
  for (const [name, one] of Object.entries(value)) {
    const type = Object.hasOwn(TYPES, name) ? TYPES[name as keyof KmsConfig] : undefined
    if (type === undefined) throw bad('a name is unknown', Object.keys(TYPES).join(', '), name)
    if (typeof one !== type || one === null) throw bad(`${name} is of the wrong type`, type, typeof one)
    if (WORDS[name] && !WORDS[name].includes(one))
      throw bad(`${name} is none of its words`, WORDS[name].join(', '), one)
  }
  for (const name of ['roots', 'accessKeys', 'hosts'] as const) {
    const list = (value as KmsConfig)[name]
    if (list !== undefined && !Array.isArray(list))
      throw bad(`${name} is of the wrong type`, 'a list', typeof list)
  }
  return value
}

/** The KMS that a configuration means. @throws {EnclaveError} */
export async function openKms(config: KmsConfig): Promise<Kms> {
  const folder = config.state ?? (await stateFolder())
  const masterKey = await persistentMasterKey(folder)
  const {
    profile = 'qingtian',
    roots = ['local'],
    maxAge,
    nonce,
    allowDebug,
    region,
    account,
    domain,
  } = config
  return createKms({
    masterKey,
    store: new SqliteStore(join(folder, 'kms.sqlite')),
    place: { ...(region && { region }), ...(account && { account }), ...(domain && { domain }) },
    attestation: {
      profile,
      roots: await Promise.all(roots.map(readRoot)),
      ...(maxAge !== undefined && { maxAge: maxAge * 1000 }),
      ...(nonce && { nonce }),
      ...(allowDebug !== undefined && { allowDebug }),
    },
  })
}

/** What of a configuration is the application's. */
export function appOptions({ accessKeys, unsigned, hosts = [], host, explain }: KmsConfig): KmsAppOptions {
  return {
    ...(accessKeys && { accessKeys }),
    ...(unsigned && { unsigned }),
    hosts: host === undefined || WILDCARDS.includes(host) ? hosts : [...hosts, inUrl(host)],
    ...(explain && { explain }),
  }
}

/** A host as URLs have it. */
export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

async function readRoot(name: string): Promise<string> {
  if (name === 'local') return toPem((await persistentRoot().load()).rootCertificate)
  const known = CLOUDS[name]
  if (known !== undefined) return known
  return FINGERPRINT.test(name) ? name : readText(name, 'a root certificate')
}

function bad(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_KMS_CONFIG', { what, expected, got })
}
