/**
 * Gets the enclave's key: asks for an attestation document with a fresh nonce, verifies it, and takes the key that it names.
 * What arrives comes through a parent that nobody trusts.
 */
import type { AttestationDocument } from '../attestation/document.ts'
import { verifyAttestation } from '../attestation/verify/verify.ts'
import { type Bytes, equalBytes, toHex } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { readCertificate } from '../encoding/x509/certificate.ts'
import { isNode } from '../platform/environment.ts'
import { bodyOf, type Timely } from './body.ts'
import type { ClientSetting } from './options.ts'
import { Sealings } from './sealing.ts'
import { loadSuite, type Suite, sealingKey, WebSealing } from './suite.ts'
import { keysStatement, refusalStatement } from './wire/binding.ts'
import { type KeyConfig, readConfig, readConfigs } from './wire/key-config.ts'
import { ATTESTATION_PATH, GATEWAY_PATH, X25519_KEM } from './wire/names.ts'

/** A proved key. */
export interface AttestedKey {
  readonly sealings: Sealings
  readonly document: AttestationDocument
  /** When it must be proved again, in milliseconds since 1970. */
  readonly until: number
}

const NONCE_LENGTH = 32
/** Bytes of a document, and of a list of configurations, at most. */
const MOST = 32768

/** @throws {EnclaveError} E_CHANNEL_ATTESTATION, E_CHANNEL_KEY, E_CHANNEL_PACKAGE, E_CHANNEL_REFUSED; what fetch throws */
export async function attestedKey(setting: ClientSetting, timely: Timely): Promise<AttestedKey> {
  const suite = await loadSuite(setting.kem)
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH))
  const bytes = await get(setting, `${ATTESTATION_PATH}?nonce=${toHex(nonce)}`, timely)
  const document = await verified(setting, bytes, nonce)
  const config = await configIn(setting, document, timely)
  const sealings = await sealingsOf(suite, config)
  const { notAfter } = readCertificate(document.certificate)
  return {
    sealings,
    document,
    until: Math.min(Date.now() + setting.keyAge, notAfter),
  }
}

async function sealingsOf(suite: Suite, config: KeyConfig): Promise<Sealings> {
  if (isNode && config.kem === X25519_KEM) {
    // A dynamic import behind a condition, so that a page never loads it.
    const { nodeSealings }: Partial<typeof import('./node-sealing.ts')> = await import('./node-sealing.ts')
    // What passes for Node, such as a worker of Cloudflare, is bundled without it.
    if (nodeSealings) return new Sealings(nodeSealings(config))
  }
  const key = await sealingKey(suite, config)
  return new Sealings(() => WebSealing.create(key))
}

/**
 * Whether `document` proves that the enclave of `key` has not taken the request with `enc`, and never will.
 */
export async function isRefusal(
  setting: ClientSetting,
  document: Uint8Array,
  enc: Bytes,
  key: AttestedKey,
): Promise<boolean> {
  const digest = await sha256(enc)
  const verdict = await verifyAttestation(document, { ...checksOf(setting), nonce: digest })
  if (!verdict.ok) return false
  const { userData, moduleId } = verdict.document
  // Another enclave of the image may say so truly, and know nothing of what this one has done.
  return (
    moduleId === key.document.moduleId && equalBytes(userData ?? new Uint8Array(), refusalStatement(digest))
  )
}

async function verified(setting: ClientSetting, bytes: Bytes, nonce: Bytes): Promise<AttestationDocument> {
  const verdict = await verifyAttestation(bytes, { ...checksOf(setting), nonce })
  if (verdict.ok) return verdict.document
  const failed = verdict.checks.filter(({ ok }) => !ok)
  throw new EnclaveError('E_CHANNEL_ATTESTATION', {
    what: `the enclave's attestation document is not accepted: ${failed[0]?.reason}`,
    expected: failed[0]?.expected ?? 'an enclave of a pinned image, under a pinned root',
    ...(failed[0]?.found !== undefined && { got: failed[0].found }),
    hint: 'nothing was sent but the request for the document',
    cause: new Error(failed.map(({ name, reason }) => `${name}: ${reason}`).join('\n')),
  })
}

function checksOf({ profile, roots, referenceValues, allowDebug, allowTestRoot }: ClientSetting) {
  return { profile, roots, allowDebug, allowTestRoot, ...(referenceValues && { referenceValues }) }
}

/** The configuration of the mechanism that the caller wants. */
async function configIn(
  setting: ClientSetting,
  { publicKey, userData }: AttestationDocument,
  timely: Timely,
): Promise<KeyConfig> {
  const own = publicKey && readConfig(publicKey)
  const length = keysStatement(new Uint8Array(32)).length
  const statement = userData?.length === length ? userData : undefined
  // Its first part is the label; the rest is a digest that the document itself does not show to be that of anything.
  if (own?.kem !== X25519_KEM || !statement || !equalBytes(keysStatement(statement.subarray(-32)), statement))
    throw badKey('the document names no key of a channel', 'a document of attestedChannel', 'another')
  if (setting.kem === X25519_KEM) return own
  const list = await get(setting, GATEWAY_PATH, timely)
  if (!equalBytes(keysStatement(await sha256(list)), statement))
    throw badKey('the keys are not those that the document names', 'their SHA-256 in the document', 'others')
  const config = readConfigs(list).find(({ kem }) => kem === setting.kem)
  if (config) return config
  throw badKey('the enclave has no key of the mechanism that the client requires', 'one of X-Wing', 'none')
}

function badKey(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_CHANNEL_KEY', { what, expected, got })
}

const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

async function get({ base, send }: ClientSetting, path: string, { signal }: Timely): Promise<Bytes> {
  const init: RequestInit = { credentials: 'omit', cache: 'no-store', redirect: 'error' }
  const answer = await send(new URL(path.slice(1), base).href, { ...init, ...(signal && { signal }) })
  const bytes = await bodyOf(answer, MOST)
  if (answer.ok) return bytes
  throw new EnclaveError('E_CHANNEL_REFUSED', {
    what: `the request for ${path.replace(/\?.*/, '')} was refused`,
    expected: 'an enclave that serves attestedChannel',
    got: `status ${answer.status}`,
  })
}
