/**
 * A cache on disk of components that are ready to run (admitted, transpiled and clamped), by digests of their
 * sources and of this release. The newest are kept. A process that can write there can already run anything as this user.
 */
import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import type { PreparedComponent } from '../boundary/program.ts'
import { encodeCode } from '../boundary/program-frames.ts'
import type { ComponentStore } from '../hypervisor/components.ts'
import { V8_FLAGS } from '../hypervisor/process-script.ts'
import { ARTEFACTS, readArtefact } from '../platform/artefacts.ts'
import { componentFolder, makePrivate } from './directories.ts'
import { expectComponent } from './expected-component.ts'
import { log } from './log.ts'
import { keepNewest, writeWhole } from './private-file.ts'
import { StoredComponent } from './stored-component.ts'

/** The number of cached components, of about 3 MiB each. */
const MAX_KEPT = 16

/** The component cache of this user and release. */
export class DiskComponents implements ComponentStore {
  readonly #folder = componentFolder()
  #release: Promise<string> | undefined
  #writing: Promise<void> | undefined
  #used: string | undefined

  async load(key: string): Promise<PreparedComponent | undefined> {
    try {
      makePrivate(this.#folder)
      const component = StoredComponent.open(await this.#path(key))
      this.#used = component.name
      if (!component.hasCode) this.#inBackground(() => this.#addCode(key, component))
      return component
    } catch {
      // A missing or damaged component is made again. If it cannot be cached, starts are only slower.
      return undefined
    }
  }

  save(key: string, component: PreparedComponent): void {
    this.#inBackground(async () => {
      await this.#write(key, component)
      keepNewest(this.#folder, MAX_KEPT)
      await this.#addCode(key, component)
    })
  }

  /** Records, for the next start of the image at `eif`, which component it used. */
  expectFor(eif: string, memoryMiB: number): void {
    this.#inBackground(() => {
      if (this.#used !== undefined) expectComponent(eif, memoryMiB, this.#used)
    })
  }

  /** Waits for pending writes. */
  async settled(): Promise<void> {
    await this.#writing
  }

  #inBackground(work: () => Promise<void> | void): void {
    const before = this.#writing
    this.#writing = Promise.resolve(before)
      .then(work)
      .catch(() => log('cache not written'))
  }

  async #addCode(key: string, component: PreparedComponent): Promise<void> {
    const { makeCode } = await import('../platform/script-code.ts')
    const code = await makeCode(await scriptOf(component), V8_FLAGS)
    const { glue, moduleBytes } = component
    if (code) await this.#write(key, { glue, moduleBytes, code })
  }

  async #write(key: string, component: PreparedComponent): Promise<void> {
    const path = await this.#path(key)
    writeWhole(path, Buffer.concat(encodeCode(await scriptOf(component), component)))
    this.#used = basename(path)
  }

  async #path(key: string): Promise<string> {
    this.#release ??= readArtefact(ARTEFACTS.stamp).then((bytes) => new TextDecoder().decode(bytes))
    const whole = `${await this.#release} ${process.version} ${key}`
    return join(this.#folder, createHash('sha384').update(whole).digest('hex'))
  }
}

async function scriptOf({ glue }: PreparedComponent): Promise<string> {
  const { workerScript } = await import('../platform/worker.ts')
  return workerScript(new TextDecoder().decode(await readArtefact(ARTEFACTS.kernel)), glue)
}
