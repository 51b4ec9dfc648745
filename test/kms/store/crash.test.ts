/** A process killed at any moment (SIGKILL): all changes acknowledged before persist, and no change is half made. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromBase64, toBase64 } from '../../../src/base/base64.ts'
import { createKms, type Kms, persistentMasterKey } from '../../../src/kms/index.ts'
import { SqliteStore } from '../../../src/kms/store/sqlite.ts'
import type { Fact } from './crash-writer.ts'

const KILLS = process.env['WEBCLAVE_LONG'] ? 1000 : 100
/** Concurrent processes, which share the store. */
const AT_ONCE = 2
/** A process is killed after a random number of its changes, at most this. */
const CHANGES_MAX = 8

const folder = mkdtempSync(join(tmpdir(), 'webclave-crash-'))
const writer = join(folder, 'writer.mjs')
beforeAll(async () => {
  // Bundled into one file, because most of this test's time is the start of its processes.
  await build({
    entryPoints: [fileURLToPath(new URL('crash-writer.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    outfile: writer,
  })
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Lets a process write until it is killed; returns the acknowledged changes and the signal that ended it. */
function writeUntilKilled(run: number): Promise<{ facts: Fact[]; signal: string | null }> {
  const child = spawn(process.execPath, [writer, folder, `r${run}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  const facts: Fact[] = []
  let left = 1 + Math.floor(Math.random() * CHANGES_MAX)
  createInterface(child.stdout).on('line', (line) => {
    facts.push(JSON.parse(line) as Fact)
    left -= 1
    if (left === 0) child.kill('SIGKILL')
  })
  return new Promise((resolve) => {
    child.once('close', (_, signal) => resolve({ facts, signal }))
  })
}

async function check(kms: Kms, fact: Fact): Promise<void> {
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

test(`${KILLS} kills lose nothing that was acknowledged`, { timeout: 600_000 }, async () => {
  const facts: Fact[] = []
  const signals: (string | null)[] = []
  let run = 0
  const worker = async () => {
    while (run < KILLS) {
      const outcome = await writeUntilKilled(run++)
      facts.push(...outcome.facts)
      signals.push(outcome.signal)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  expect(signals).toEqual(Array(KILLS).fill('SIGKILL'))
  // Every process acknowledged a change, and most of them several.
  expect(facts.length).toBeGreaterThan(KILLS)
  const store = new SqliteStore(join(folder, 'kms.sqlite'))
  await using kms = await createKms({ store, masterKey: await persistentMasterKey(folder) })
  for (const fact of facts) await check(kms, fact)
  // A change that was not acknowledged is complete or absent: every key works.
  let marker: string | undefined
  do {
    const page: { keys: readonly { keyId: string }[]; nextMarker?: string } = await kms.owner.listKeys({
      limit: 1000,
      marker,
    })
    for (const { keyId } of page.keys)
      await kms.owner.encrypt({ keyId, plaintext: Uint8Array.of(1) }).catch(tolerateDisabled)
    marker = page.nextMarker
  } while (marker !== undefined)
})

function tolerateDisabled(error: { code?: string }): void {
  if (error.code !== 'E_KMS_DISABLED') throw error
}
