/**
 * Builds images in a tab, by the code of `qt enclave make-img`: the same files give the same bytes. Runs in a Worker, whose
 * build replaces what that code takes from Node (web/site/compiler-files.ts).
 */
import type { Bytes } from '../../src/base/bytes.ts'
import type { Pcrs } from '../../src/base/pcrs.ts'
import { assertManifest } from '../../src/image/eif/manifest.ts'
import { type Artefacts, buildImage } from '../../src/image/index.ts'
import { BUNDLER, Superseded } from './bundler-state.ts'
import { APP, FILES, RELEASE } from './file-tree.ts'
import { type Problem, problemOf, type Warning, warningOf } from './problem.ts'
import { type BuildRequest, checkFiles, checkPath } from './request.ts'

/** An image. */
export interface Built {
  readonly kind: 'built'
  readonly eif: Bytes
  readonly pcrs: Pcrs
  readonly warnings: readonly Warning[]
}

/** Why there is none. */
export interface Refused {
  readonly kind: 'refused'
  readonly problem: Problem
}

/** What the compiler works with. */
export interface CompilerParts {
  readonly esbuild: WebAssembly.Module
  /** The files of the release that applications import, by their paths in it. */
  readonly release: ReadonlyMap<string, Uint8Array>
  readonly artefacts: Artefacts
}

/** The compiler of one Worker. */
export class Compiler {
  readonly #artefacts: Artefacts
  #newest = 0
  /** Settles when the build before has ended: esbuild and the files are there once. */
  #last: Promise<unknown> = Promise.resolve()

  constructor({ esbuild, release, artefacts }: CompilerParts) {
    this.#artefacts = artefacts
    BUNDLER.program = esbuild
    FILES.replace(RELEASE, release)
  }

  /** Builds an image. Only the newest request counts: undefined for one that another has replaced. */
  build(request: BuildRequest): Promise<Built | Refused | undefined> {
    const turn = ++this.#newest
    const isWanted = () => turn === this.#newest
    const answer = this.#last.then(async () => {
      const built = isWanted() ? await this.#build(request, isWanted) : undefined
      return isWanted() ? built : undefined
    })
    this.#last = answer.catch(() => {})
    return answer
  }

  async #build(request: BuildRequest, isWanted: () => boolean): Promise<Built | Refused | undefined> {
    BUNDLER.begin(isWanted)
    try {
      return await this.#buildImage(request)
    } catch (error) {
      if (error instanceof Superseded) return undefined
      return { kind: 'refused', problem: problemOf(error, BUNDLER.failures) }
    }
  }

  async #buildImage(request: BuildRequest): Promise<Built> {
    const { files, entry, imageFiles = {}, manifest = {}, ...options } = request
    FILES.replace(APP, checkFiles(files))
    if (entry !== undefined) checkPath(entry)
    // On demand, as `buildImage` imports it.
    const { loadPath } = await import('../../src/image/build/bundle.ts')
    const choices = assertManifest(manifest)
    const loaded = await loadPath(entry === undefined ? APP : `${APP}/${entry}`, { choices })
    const built = await buildImage({
      ...options,
      ...this.#artefacts,
      app: 'source' in loaded ? { source: loaded.source, isBundled: true } : loaded,
      manifest,
      files: checkFiles(imageFiles),
    })
    return {
      kind: 'built',
      eif: built.eif,
      pcrs: built.pcrs,
      warnings: 'source' in loaded ? loaded.warnings.map(warningOf) : [],
    }
  }
}
