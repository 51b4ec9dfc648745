/**
 * This release's own engine: its build has transpiled and admitted it, so that TypeScript applications wait for neither.
 * `modules.cpio` contains the record of that (`scripts/engine-modules.ts`), and the core modules that jco has added.
 */
import { clampModule, limitModules, limitsOf, type Survey } from '../admission/index.ts'
import { type Bytes, toHex } from '../base/bytes.ts'
import { loadOnce } from '../base/load-once.ts'
import { CRYPTO_MODULE } from '../boundary/boot-message.ts'
import type { PreparedComponent } from '../boundary/program.ts'
import { readArchive } from '../image/eif/cpio.ts'
import { openSource } from '../image/eif/source.ts'
import { sha256 } from '../image/measure/hash.ts'
import { ARTEFACTS, readArtefact } from '../platform/artefacts.ts'
import { dividedMemory, type Preparation } from './preparation.ts'
import type { Transpiled } from './transpile.ts'

/** What the build of a release has found out about its engine. */
export interface EngineRecord {
  /** SHA-256, in hexadecimal digits. */
  readonly digests: { readonly engine: string; readonly crypto: string }
  readonly engine: Survey
  readonly crypto: Survey
  /** The core modules that are parts of the engine: their first byte, and the one after their last. */
  readonly parts: Readonly<Record<string, readonly [start: number, end: number]>>
}

/** Its name in the archive. */
export const RECORD = 'record.json'

/**
 * The engine in `preparation`, prepared, if it and its cryptography are those of this release. `digest` is the engine's
 * SHA-256.
 * @throws {EnclaveError} E_ADMISSION_MEMORY; E_ARTEFACT.
 */
export async function prepareShipped(
  digest: string,
  preparation: Preparation,
): Promise<PreparedComponent | undefined> {
  const { component, crypto, memoryBytes } = preparation
  if (!crypto) return undefined
  const { record, added, glue } = await loadShipped()
  const { digests } = record
  if (digests.engine !== digest || digests.crypto !== toHex(await sha256(crypto))) return undefined
  const memory = dividedMemory(memoryBytes, true)
  const parts = Object.entries(record.parts).map(([name, [start, end]]) => [
    name,
    component.subarray(start, end),
  ])
  const modules = new Map([...added, ...(parts as [string, Bytes][])])
  // In this order, because the errors of one are those of the other path.
  const limitedCrypto = clampModule(crypto, record.crypto, memory.crypto)
  const moduleBytes = limitModules(modules, limitsOf(record.engine, memory.component))
  return { glue, moduleBytes: moduleBytes.set(CRYPTO_MODULE, limitedCrypto) }
}

/** The engine of this release, before its memory is limited. */
export interface Shipped {
  readonly record: EngineRecord
  readonly added: Transpiled['modules']
  readonly glue: string
}

/** Loads what does not depend on the image, once. @throws {EnclaveError} E_ARTEFACT. */
export const loadShipped: () => Promise<Shipped> = loadOnce(async () => {
  const decoder = new TextDecoder()
  const [glue, archive] = await Promise.all([
    readArtefact(ARTEFACTS.engineGlue),
    readArtefact(ARTEFACTS.engineModules),
  ])
  const entries = await readArchive(await openSource(archive), 'the engine')
  const files = new Map(
    entries.map(({ name, offset, size }) => [name, archive.slice(offset, offset + size)] as const),
  )
  const record = JSON.parse(decoder.decode(files.get(RECORD))) as EngineRecord
  files.delete(RECORD)
  return { record, added: files, glue: decoder.decode(glue) }
})
