/** The configuration file of `qt kms` (kms.json), and the KMS and HTTP application that it configures. */
import { AWS_NITRO_ROOT, HUAWEI_QINGTIAN_ROOT } from '../../attestation/index.ts'
import { readJson } from '../../encoding/json.ts'
import { toPem } from '../../encoding/pem.ts'
import {
  createKms,
  type Kms,
  type KmsAppOptions,
  type KmsOptions,
  persistentMasterKey,
} from '../../kms/index.ts'
import { persistentRoot } from '../../parent/root.ts'
import { stateFolder } from '../../platform/secret-file.ts'
import { readText } from './files.ts'
import { badConfig, type KmsConfig, requireConfig } from './kms-config-shape.ts'
import { openStore } from './kms-store.ts'

/** Listen addresses that are not host names. */
const WILDCARDS: readonly string[] = ['0.0.0.0', '::']
const CLOUDS: Readonly<Record<string, string>> = { aws: AWS_NITRO_ROOT, huawei: HUAWEI_QINGTIAN_ROOT }
const FINGERPRINT = /^(?:[0-9a-f]{2}:?){32}$/i

/** Reads the configuration; an empty one if there is no file. @throws {EnclaveError} E_FILE, E_KMS_CONFIG */
export async function readConfig(path: string | undefined): Promise<KmsConfig> {
  if (path === undefined) return {}
  const text = await readText(path, 'the configuration of the KMS')
  const value = readJson(text, (expected, got) =>
    badConfig('the configuration of the KMS is not valid JSON', expected, got),
  )
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const got = Array.isArray(value) ? 'a list' : typeof value
    throw badConfig('the configuration of the KMS has the wrong type', 'an object', got)
  }
  requireConfig(value)
  return value
}

/** Opens the configured KMS. @throws {EnclaveError} */
export async function openKms(config: KmsConfig): Promise<Kms> {
  const folder = config.state ?? (await stateFolder())
  const masterKey = await persistentMasterKey(folder)
  const { profile = 'qingtian', roots = ['local'], maxAge, nonce, allowDebug } = config
  const attestation = {
    profile,
    roots: await Promise.all(roots.map(readRoot)),
    ...(maxAge !== undefined && { maxAge: maxAge * 1000 }),
    ...(nonce && { nonce }),
    ...(allowDebug !== undefined && { allowDebug }),
  }
  const store = await openStore(config, folder)
  try {
    return await createKms({ masterKey, store, place: placeIn(config), attestation })
  } catch (error) {
    await store.close()
    throw error
  }
}

/** The configured region, account and domain. */
export function placeIn({ region, account, domain }: KmsConfig): NonNullable<KmsOptions['place']> {
  return { ...(region && { region }), ...(account && { account }), ...(domain && { domain }) }
}

/** The configured options of the HTTP application. */
export function appOptions({
  accessKeys,
  unsigned,
  hosts = [],
  host,
  origins,
  explain,
}: KmsConfig): KmsAppOptions {
  return {
    ...(accessKeys && { accessKeys }),
    ...(unsigned && { unsigned }),
    hosts: host === undefined || WILDCARDS.includes(host) ? hosts : [...hosts, inUrl(host)],
    ...(origins && { origins }),
    ...(explain && { explain }),
  }
}

/** A host in URL syntax: IPv6 addresses in brackets. */
export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

async function readRoot(name: string): Promise<string> {
  if (name === 'local') return toPem((await persistentRoot().load()).rootCertificate)
  const known = CLOUDS[name]
  if (known !== undefined) return known
  return FINGERPRINT.test(name) ? name : readText(name, 'a root certificate')
}
