/** A parent that proves another key than the enclave's own: each document differs from a good one in one thing. */
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type AttestationAuthority,
  createAttestationAuthority,
  createRoot,
} from '../../../src/attestation/issue/authority.ts'
import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { type AttestedClientOptions, createAttestedClient } from '../../../src/channel/index.ts'
import { keysStatement, refusalStatement } from '../../../src/channel/wire/binding.ts'
import { type KeyConfig, writeConfig, writeConfigs } from '../../../src/channel/wire/key-config.ts'
import { ATTESTATION_PATH, X_WING_KEM, X25519_KEM } from '../../../src/channel/wire/names.ts'
import { x25519Kem } from '../../../src/sdk/channel/kem.ts'

const IMAGE = new Uint8Array(48).fill(1)
const HOUR = 3_600_000
const MODULE = 'i.enc-0123456789abcdef'

let authority: AttestationAuthority
let other: AttestationAuthority
let late: AttestationAuthority
beforeAll(async () => {
  const root = await createRoot({ now: () => Date.now() - 5 * HOUR })
  authority = await createAttestationAuthority({ instanceId: 'good', root })
  other = await createAttestationAuthority({ instanceId: 'hostile' })
  // The same root, on a machine whose clock is behind.
  late = await createAttestationAuthority({
    instanceId: 'good',
    root,
    now: () => Date.now() - 4 * HOUR,
  })
})

const configOf = (kem = X25519_KEM, length = 32): KeyConfig => ({
  id: 7,
  kem,
  publicKey: kem === X25519_KEM ? x25519Kem.generate().publicKey : new Uint8Array(length),
})

const sha256 = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

/** What the parent answers. */
interface Forgery {
  readonly by?: () => AttestationAuthority
  readonly pcr0?: Uint8Array
  readonly nonce?: (nonce: Uint8Array) => Uint8Array
  readonly configs?: readonly KeyConfig[]
  /** The configurations that it serves, if not those of the document. */
  readonly served?: readonly KeyConfig[]
  readonly publicKey?: Uint8Array<ArrayBuffer> | undefined
  readonly userData?: Uint8Array<ArrayBuffer> | undefined
  readonly profile?: 'nitro' | 'qingtian'
  readonly bytes?: (document: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>
}

async function attestedBy(forgery: Forgery, options: Partial<AttestedClientOptions> = {}) {
  const { configs = [configOf()], nonce = (value) => value, bytes = (value) => value } = forgery
  const { by = () => authority, pcr0 = IMAGE, profile = 'qingtian' } = forgery
  const fetch = async (input: string) => {
    const url = new URL(input)
    if (url.pathname !== ATTESTATION_PATH) return new Response(writeConfigs(forgery.served ?? configs))
    const userData =
      'userData' in forgery ? forgery.userData : keysStatement(await sha256(writeConfigs(configs)))
    const publicKey = 'publicKey' in forgery ? forgery.publicKey : writeConfig(configs[0]!)
    const document = await by().attest({
      profile,
      moduleId: MODULE,
      pcrs: new Map([[0, pcr0]]),
      nonce: nonce(fromHex(url.searchParams.get('nonce')!)),
      ...(publicKey && { publicKey }),
      ...(userData && { userData }),
    })
    return new Response(bytes(document))
  }
  const pinned = { url: 'https://enclave.example', roots: authority.rootPem, pcrs: { PCR0: IMAGE } }
  return createAttestedClient({ ...pinned, fetch, ...options })
}

const X_WING = configOf(X_WING_KEM, 1216)

describe('the client accepts (the control)', () => {
  test('a good document of either cloud', async () => {
    expect((await attestedBy({})).attestation.moduleId).toBe(MODULE)
    expect((await attestedBy({ profile: 'nitro' }, { profile: 'nitro' })).attestation.profile).toBe('nitro')
  })

  test('one of several images', async () => {
    const pcrs = [{ PCR0: new Uint8Array(48).fill(2) }, { PCR0: IMAGE }]
    expect((await attestedBy({}, { pcrs })).attestation.moduleId).toBe(MODULE)
  })

  test('a document of debug mode if it is told to', async () => {
    const pcr0 = new Uint8Array(48)
    const url = 'https://enclave.example'
    const client = await attestedBy({ pcr0 }, { url, pcrs: { PCR0: pcr0 }, allowDebug: true })
    expect(client.attestation.pcrs.get(0)).toEqual(pcr0)
  })

  test('a key of X-Wing, when it requires one', async () => {
    const client = await attestedBy({ configs: [configOf(), X_WING] }, { kem: 'x-wing' })
    expect(client.attestation.moduleId).toBe(MODULE)
  })
})

describe('the client refuses', () => {
  test.each<[string, Forgery]>([
    ['under another root', { by: () => other }],
    ['of another image', { pcr0: new Uint8Array(48).fill(2) }],
    ['of debug mode', { pcr0: new Uint8Array(48) }],
    ['that has expired', { by: () => late }],
    ['with another nonce', { nonce: () => new Uint8Array(32) }],
    ['with no nonce', { nonce: () => new Uint8Array() }],
    ['of the other cloud', { profile: 'nitro' }],
    [
      'with one changed bit',
      { bytes: (document) => document.map((byte, at) => (at === 300 ? byte ^ 1 : byte)) },
    ],
    ['that is cut', { bytes: (document) => document.slice(0, -1) }],
    ['that is not CBOR', { bytes: () => new Uint8Array(10) }],
  ])('a document %s', async (_, forgery) => {
    await expect(attestedBy(forgery)).rejects.toMatchObject({ code: 'E_CHANNEL_ATTESTATION' })
  })

  test('one that is too long', async () => {
    const forgery: Forgery = { bytes: () => new Uint8Array(1 << 20) }
    await expect(attestedBy(forgery)).rejects.toMatchObject({ code: 'E_CHANNEL_ANSWER' })
  })

  test.each<[string, Forgery]>([
    ['no key', { publicKey: undefined }],
    ['an invalid key', { publicKey: new Uint8Array(32) }],
    ['a key and no statement', { userData: undefined }],
    ['a key and a text of the application', { userData: new TextEncoder().encode('x'.repeat(56)) }],
    ['a key beside a statement about a refusal', { userData: refusalStatement(new Uint8Array(32)) }],
    [
      'a key beside a longer statement',
      { userData: concatBytes(keysStatement(new Uint8Array(32)), Uint8Array.of(0)) },
    ],
    [
      'a key for another cipher',
      { publicKey: writeConfig(configOf()).map((byte, at) => (at === 40 ? 3 : byte)) },
    ],
  ])('a document of an image that it trusts with %s', async (_, forgery) => {
    await expect(attestedBy(forgery)).rejects.toMatchObject({
      code: expect.stringMatching(/^E_CHANNEL_(?:KEY|MESSAGE)$/),
    })
  })

  test.each<[string, Forgery]>([
    ['removed', { configs: [configOf(), X_WING], served: [configOf()] }],
    ['not there', { configs: [configOf()] }],
    ['exchanged', { configs: [configOf(), X_WING], served: [configOf(), { ...X_WING, id: 9 }] }],
  ])('to do without X-Wing, if its key is %s', async (_, forgery) => {
    await expect(attestedBy(forgery, { kem: 'x-wing' })).rejects.toMatchObject({ code: 'E_CHANNEL_KEY' })
  })
})
