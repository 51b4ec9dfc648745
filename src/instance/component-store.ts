/**
 * Components that are ready to run, in the user's cache: admitted, transpiled and clamped, by the digests of what they
 * were made of and of this release. The newest are kept. Whoever can write there can run anything as this user already.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import type { ComponentStore, PreparedComponent } from '../hypervisor/components.ts'
import { V8_FLAGS } from '../hypervisor/process-host.ts'
import { ARTEFACTS, readArtefact } from '../platform/artefacts.ts'
import { directories, makePrivate } from './directories.ts'
import { log } from './log.ts'
import { writeWhole } from './private-file.ts'

/** Some 2 MiB each. */
const MAX_KEPT = 16

/** The store of this user and this release. */
export class DiskComponents implements ComponentStore {
  readonly #folder = join(directories().cache, 'components')
  #release: Promise<string> | undefined
  #writing: Promise<void> | undefined

  async load(key: string): Promise<PreparedComponent | undefined> {
    try {
      makePrivate(this.#folder)
      const path = await this.#path(key)
      const component = deserialize(readFileSync(path)) as PreparedComponent
      if (!component.code) this.#inBackground(() => this.#addCode(path, component))
      return component
    } catch {
      // Missing, or damaged: it is made anew. What cannot be kept is only slower.
      return undefined
    }
  }

  save(key: string, component: PreparedComponent): void {
    this.#inBackground(async () => {
      const path = await this.#path(key)
      writeWhole(path, serialize(component))
      this.#removeOldest()
      await this.#addCode(path, component)
    })
  }

  /** Waits for what is still being written. */
  async settled(): Promise<void> {
    await this.#writing
  }

  #inBackground(work: () => Promise<void>): void {
    this.#writing = work().catch(() => log('cache not written'))
  }

  async #addCode(path: string, component: PreparedComponent): Promise<void> {
    const { makeCode } = await import('../platform/script-code.ts')
    const { workerScript } = await import('../platform/worker.ts')
    const kernel = new TextDecoder().decode(await readArtefact(ARTEFACTS.kernel))
    const code = await makeCode(workerScript(kernel, component.glue), V8_FLAGS)
    if (code) writeWhole(path, serialize({ ...component, code }))
  }

  async #path(key: string): Promise<string> {
    this.#release ??= readArtefact(ARTEFACTS.stamp).then((bytes) => new TextDecoder().decode(bytes))
    const whole = `${await this.#release} ${process.version} ${key}`
    return join(this.#folder, createHash('sha256').update(whole).digest('hex'))
  }

  #removeOldest(): void {
    const age = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
    const paths = readdirSync(this.#folder).map((name) => join(this.#folder, name))
    const oldest = paths.toSorted((left, right) => age(right) - age(left)).slice(MAX_KEPT)
    for (const path of oldest) rmSync(path, { force: true })
  }
}
