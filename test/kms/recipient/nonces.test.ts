/**
 * Nonces: used at most once, also in other processes with the same store and after a restart; only by permitted calls;
 * in bounded storage.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Bytes } from '../../../src/base/bytes.ts'
import { SealedStore } from '../../../src/kms/core/sealed-store.ts'
import { createKms, createMasterKey, type Kms, MemoryStore } from '../../../src/kms/index.ts'
import { NONCE_LIFETIME, Nonces, type OwnNonce } from '../../../src/kms/recipient/nonces.ts'
import { PostgresStore } from '../../../src/kms/store/postgres.ts'
import { SqliteStore } from '../../../src/kms/store/sqlite.ts'
import type { KmsStore } from '../../../src/kms/store/store.ts'
import { hasPostgres, Postgres } from '../../support/postgres.ts'
import {
  ACCOUNT,
  createLaboratory,
  enclavePolicy,
  OTHER,
  PROFILE,
  pcr0,
  ROLE,
  refused,
  utf8,
} from '../support.ts'

const folder = mkdtempSync(join(tmpdir(), 'webclave-nonces-'))
afterAll(() => rmSync(folder, { recursive: true }))
const masterKey = await createMasterKey()
let now = Date.now()
let count = 0

/** Two connections to one store, as two processes would have. */
const SHARED: [string, () => Promise<[KmsStore, KmsStore]>][] = [
  ['memory', async () => Array(2).fill(new MemoryStore()) as [KmsStore, KmsStore]],
  [
    'SQLite',
    async () => {
      const path = join(folder, `${count++}.sqlite`)
      return [new SqliteStore(path), new SqliteStore(path)]
    },
  ],
]
const isWithPostgres = hasPostgres('nonces that are spent in it')
let postgres: Postgres
beforeAll(async () => {
  if (isWithPostgres) postgres = await Postgres.start()
})
afterAll(() => postgres?.[Symbol.asyncDispose]())
if (isWithPostgres) {
  const share = async (): Promise<[KmsStore, KmsStore]> => {
    const options = { connection: postgres.settings, schema: postgres.newSchema() }
    return [await PostgresStore.open(options), await PostgresStore.open(options)]
  }
  SHARED.push(['PostgreSQL', share])
}
const open = (store: KmsStore) => new Nonces(new SealedStore(store, masterKey), () => now)
const own = async (nonces: Nonces, nonce: Bytes) => (await nonces.read(nonce)) as OwnNonce

describe.each(SHARED)('stored in %s', (_, share) => {
  test('a nonce of one process is valid in all, and spent in all', async () => {
    const [one, other] = (await share()).map(open) as [Nonces, Nonces]
    const nonce = await one.issue()
    expect(nonce.byteLength).toBe(32)
    expect(await other.read(nonce)).toEqual(await one.read(nonce))
    expect(await one.spend(await own(one, nonce))).toBe('spent')
    expect(await other.spend(await own(other, nonce))).toBe('repeated')
    expect(await other.spend(await own(other, await one.issue()))).toBe('spent')
  })

  test('of concurrent attempts to spend a nonce, one succeeds', async () => {
    const both = (await share()).map(open) as [Nonces, Nonces]
    const nonce = await own(both[0], await both[0].issue())
    const outcomes = await Promise.all(Array.from({ length: 10 }, (_, at) => both[at % 2]!.spend(nonce)))
    expect(outcomes.filter((outcome) => outcome === 'spent')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'repeated')).toHaveLength(9)
  })

  test('a document can be used once, also after a restart', async () => {
    const [store, again] = await share()
    const first = await createLaboratory({ store, masterKey })
    const { enclave, authority } = first
    const { keyId } = (await first.kms.owner.createKey({ policy: enclavePolicy(pcr0(1)) })).keyMetadata
    const { ciphertextBlob } = await first.kms.owner.encrypt({ keyId, plaintext: utf8('a secret') })
    const recipient = await enclave.recipient({ nonce: await first.kms.nonce() })
    const decryptWith = (kms: Kms, document = recipient) =>
      kms.as({ principal: ROLE }).decrypt({ ciphertextBlob, recipient: document })
    expect(await decryptWith(first.kms)).toHaveProperty('ciphertextForRecipient')
    for (const rule of ['optional', 'required'] as const) {
      const attestation = { profile: PROFILE, roots: authority.rootPem, nonce: rule }
      const second = await createKms({ store: again, masterKey, place: { account: ACCOUNT }, attestation })
      await expect(decryptWith(second)).rejects.toEqual(refused('E_KMS_DOCUMENT', /used before/))
      // Positive control: an unused nonce that the first process issued is valid in the second.
      const fresh = await enclave.recipient({ nonce: await first.kms.nonce() })
      expect(await decryptWith(second, fresh)).toHaveProperty('ciphertextForRecipient')
    }
  })
})

describe('a nonce', () => {
  let nonces: Nonces
  let store: MemoryStore
  beforeEach(() => {
    store = new MemoryStore()
    nonces = open(store)
  })

  test('is rejected if any byte is changed', async () => {
    const nonce = await nonces.issue()
    for (let at = 0; at < nonce.byteLength; at++) {
      const changed = Uint8Array.from(nonce)
      changed[at]! ^= 1
      expect(await nonces.read(changed), `byte ${at}`).toBe('foreign')
    }
    for (const other of [undefined, nonce.slice(0, 31), Uint8Array.of(...nonce, 0)]) {
      expect(await nonces.read(other)).toBe('foreign')
    }
    expect(await open(new MemoryStore()).read(nonce)).toBe('foreign')
    expect(await nonces.read(nonce)).toMatchObject({ body: expect.stringMatching(/^[0-9a-f]{32}$/) })
  })

  test('expires after exactly five minutes, and its storage is then reused', async () => {
    const nonce = await nonces.issue()
    const read = await own(nonces, nonce)
    now += NONCE_LIFETIME
    expect(await nonces.spend(await own(nonces, nonce))).toBe('spent')
    expect(await nonces.spend(read)).toBe('repeated')
    now += 1
    expect(await nonces.read(nonce)).toBe('expired')
    expect(await nonces.spend(read)).toBe('expired')
    // The next nonce in the same record replaces the expired one.
    const size = async () =>
      (await store.get(`nonces/${read.shard.toString(16).padStart(2, '0')}`))!.byteLength
    const before = await size()
    const later = await own(nonces, await nonces.issue())
    expect(await nonces.spend({ ...later, shard: read.shard })).toBe('spent')
    expect(await size()).toBe(before)
  })

  test('whose storage was reused stays expired, even if the clock is set back', async () => {
    const read = await own(nonces, await nonces.issue())
    expect(await nonces.spend(read)).toBe('spent')
    now += 2 * NONCE_LIFETIME
    const later = await own(nonces, await nonces.issue())
    expect(await nonces.spend({ ...later, shard: read.shard })).toBe('spent')
    now -= 2 * NONCE_LIFETIME
    expect(await nonces.spend(read)).toBe('expired')
  })

  test('is stored in one of 256 records of at most 512, which a caller cannot choose', async () => {
    const shards = new Set<number>()
    for (let at = 0; at < 64; at++) shards.add((await own(nonces, await nonces.issue())).shard)
    expect(shards.size).toBeGreaterThan(32)
    const spend = async () => nonces.spend({ ...(await own(nonces, await nonces.issue())), shard: 7 })
    for (let at = 0; at < 512; at++) expect(await spend()).toBe('spent')
    await expect(spend()).rejects.toEqual(refused('E_KMS_LIMIT', /too many nonces/))
    expect(await nonces.spend({ ...(await own(nonces, await nonces.issue())), shard: 8 })).toBe('spent')
    expect((await store.get('nonces/07'))!.byteLength).toBeLessThan(20_000)
    expect(await store.names('nonces/', 10)).toEqual(['nonces/07', 'nonces/08', 'nonces/key'])
    now += NONCE_LIFETIME + 1
    expect(await spend()).toBe('spent')
  })
})

describe('before policies have allowed the call', () => {
  test('a guest can neither spend a nonce nor cause storage', async () => {
    const store = new MemoryStore()
    const { kms, enclave } = await createLaboratory({ store })
    const { keyId } = (await kms.owner.createKey({ policy: enclavePolicy(pcr0(1)) })).keyMetadata
    const { ciphertextBlob } = await kms.owner.encrypt({ keyId, plaintext: utf8('a secret') })
    const decryptWith = (principal: string, nonce: Awaited<ReturnType<typeof enclave.recipient>>) =>
      kms.as({ principal }).decrypt({ ciphertextBlob, recipient: nonce })
    const recipient = await enclave.recipient({ nonce: await kms.nonce() })
    for (const document of [recipient, recipient, await enclave.recipient({ nonce: await kms.nonce() })]) {
      await expect(decryptWith(OTHER, document)).rejects.toEqual(refused('E_KMS_DENIED'))
    }
    // An allowed call that fails does not spend it either.
    await kms.owner.disableKey({ keyId })
    await expect(decryptWith(ROLE, recipient)).rejects.toEqual(refused('E_KMS_DISABLED'))
    await kms.owner.enableKey({ keyId })
    expect(await store.names('nonces/', 10)).toEqual(['nonces/key'])
    expect(await decryptWith(ROLE, recipient)).toHaveProperty('ciphertextForRecipient')
    expect(await store.names('nonces/', 10)).toHaveLength(2)
    await expect(decryptWith(ROLE, recipient)).rejects.toEqual(refused('E_KMS_DOCUMENT', /used before/))
    // A caller without permission does not even learn that it was spent.
    await expect(decryptWith(OTHER, recipient)).rejects.toEqual(refused('E_KMS_DENIED'))
  })
})

test('the lifetime of a nonce is five minutes', () => {
  expect(NONCE_LIFETIME).toBe(300_000)
})
