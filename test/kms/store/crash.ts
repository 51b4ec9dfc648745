/** Writers (`crash-writer.ts`) that are killed at any moment, and what must hold of their store afterwards. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect } from 'vitest'
import { createAttestationAuthority } from '../../../src/attestation/issue/authority.ts'
import { fromBase64, toBase64 } from '../../../src/base/base64.ts'
import { createKms, type Kms, persistentMasterKey } from '../../../src/kms/index.ts'
import type { KmsStore } from '../../../src/kms/store/store.ts'
import { FakeEnclave, PROFILE, utf8 } from '../support.ts'
import { type Fact, type Setup, WITHOUT_ALIAS } from './crash-facts.ts'

/** Concurrent processes, which share the store. */
const AT_ONCE = 2
/** A process is killed after a random number of its changes, at most this, … */
const CHANGES_MAX = 8
/** … and then a random number of milliseconds, so that it is in the middle of the next one. */
const DELAY_MAX = 4
/** Documents, each for a moment in which all processes try it; after the last one comes the first one again. */
const DOCUMENTS = 300

/** What killed writers have acknowledged. */
export interface Outcome {
  readonly facts: readonly Fact[]
  readonly signals: readonly (string | null)[]
}

/** Starts a KMS on `store`, makes the documents for writers, and a file with their program. */
export async function prepareWriters(
  folder: string,
  store: KmsStore,
  postgres?: Setup['postgres'],
): Promise<Kms> {
  const authority = await createAttestationAuthority({ instanceId: crypto.randomUUID() })
  const attestation = { profile: PROFILE, roots: authority.rootPem }
  const kms = await createKms({ store, masterKey: await persistentMasterKey(folder), attestation })
  const enclave = new FakeEnclave(authority, 1)
  const { keyMetadata } = await kms.owner.createKey({ description: WITHOUT_ALIAS })
  const { ciphertextBlob } = await kms.owner.encrypt({ keyId: keyMetadata.keyId, plaintext: utf8('secret') })
  const documents: string[] = []
  for (let count = 0; count < DOCUMENTS; count++)
    documents.push(toBase64(await enclave.document({ nonce: await kms.nonce() })))
  const setup: Setup = {
    ...(postgres && { postgres }),
    roots: authority.rootPem,
    ciphertext: toBase64(ciphertextBlob),
    documents,
  }
  writeFileSync(join(folder, 'setup.json'), JSON.stringify(setup))
  // Bundled into one file, because most of these tests' time is the start of their processes.
  await build({
    entryPoints: [fileURLToPath(new URL('crash-writer.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    external: ['pg-native'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
    outfile: join(folder, 'writer.mjs'),
  })
  return kms
}

/** Lets a process write until it is killed; returns the acknowledged changes and the signal that ended it. */
function writeUntilKilled(folder: string, run: number): Promise<{ facts: Fact[]; signal: string | null }> {
  const words = [join(folder, 'writer.mjs'), folder, `r${run}`]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const facts: Fact[] = []
  let left = 1 + Math.floor(Math.random() * CHANGES_MAX)
  createInterface(child.stdout).on('line', (line) => {
    facts.push(JSON.parse(line) as Fact)
    left -= 1
    if (left === 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * DELAY_MAX)
  })
  return new Promise((resolve) => {
    child.once('close', (_, signal) => resolve({ facts, signal }))
  })
}

/** Starts and kills writers, two at a time, until `kills` were killed. */
export async function killWriters(folder: string, kills: number): Promise<Outcome> {
  const facts: Fact[] = []
  const signals: (string | null)[] = []
  let run = 0
  const worker = async () => {
    while (run < kills) {
      const outcome = await writeUntilKilled(folder, run++)
      facts.push(...outcome.facts)
      signals.push(outcome.signal)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return { facts, signals }
}

/** Checks that what was acknowledged is there, and that nothing is there in part. Returns the counts. */
export async function checkStore(kms: Kms, facts: readonly Fact[]): Promise<Record<string, number>> {
  for (const fact of facts) await checkFact(kms, fact)
  const released = facts.flatMap((fact) => (fact.kind === 'released' ? [fact.document] : []))
  // No nonce was spent twice.
  expect(released.length).toBe(new Set(released).size)
  return {
    'acknowledged changes': facts.length,
    'documents answered once': released.length,
    ...(await checkKeys(kms)),
  }
}

/** A change that was not acknowledged is complete or absent: every key works, and has the alias it was made with. */
async function checkKeys(kms: Kms): Promise<Record<string, number>> {
  const keys = new Map<string, string>()
  for (let marker: string | undefined, isMore = true; isMore; isMore = marker !== undefined) {
    const page: { keys: readonly { keyId: string }[]; nextMarker?: string } = await kms.owner.listKeys({
      limit: 1000,
      marker,
    })
    for (const { keyId } of page.keys) {
      await kms.owner.encrypt({ keyId, plaintext: Uint8Array.of(1) }).catch(tolerateDisabled)
      const { description } = (await kms.owner.describeKey({ keyId })).keyMetadata
      keys.set(keyId, description)
      if (description === WITHOUT_ALIAS) continue
      const alias = await kms.owner.describeKey({ keyId: `alias/${description.replace('/', '-')}` })
      expect(alias.keyMetadata.keyId).toBe(keyId)
    }
    marker = page.nextMarker
  }
  return { 'keys, all whole': keys.size }
}

function tolerateDisabled(error: { code?: string }): void {
  if (error.code !== 'E_KMS_DISABLED') throw error
}

async function checkFact(kms: Kms, fact: Fact): Promise<void> {
  switch (fact.kind) {
    case 'key': {
      const { keyMetadata } = await kms.owner.describeKey({ keyId: fact.keyId })
      expect(keyMetadata.description).toBe(fact.description)
      break
    }
    case 'alias':
      expect((await kms.owner.describeKey({ keyId: fact.alias })).keyMetadata.keyId).toBe(fact.keyId)
      break
    case 'ciphertext': {
      const ciphertextBlob = fromBase64(fact.ciphertext)
      const { plaintext } = await kms.owner.decrypt({
        ciphertextBlob,
        encryptionContext: { run: fact.context },
      })
      expect(toBase64(plaintext!)).toBe(fact.plaintext)
      break
    }
    case 'disabled':
      expect((await kms.owner.describeKey({ keyId: fact.keyId })).keyMetadata.keyState).toBe('Disabled')
      break
    case 'rotated': {
      const { rotations } = await kms.owner.listKeyRotations({ keyId: fact.keyId })
      expect(rotations.length).toBeGreaterThanOrEqual(fact.rotations)
    }
  }
}
