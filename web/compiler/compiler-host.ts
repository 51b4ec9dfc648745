/** The compiler for the page: loads what it needs, then builds. */

import esbuild from 'virtual:webclave/esbuild'
import release from 'virtual:webclave/release'
import { transfer } from 'comlink'
import { EnclaveError } from '../../src/base/error.ts'
import { shippedArtefacts } from '../../src/image/index.ts'
import { unpack } from './archive.ts'
import { type Built, Compiler, type Refused } from './compiler.ts'
import { bytesOf, loadParts, type OnProgress } from './progress.ts'
import type { BuildRequest } from './request.ts'

const SAMPLE: BuildRequest = {
  files: { 'index.ts': "import * as sdk from 'webclave/sdk'\nexport default () => console.log(sdk)" },
}

/** What the Worker offers. */
export class CompilerHost {
  #compiler: Compiler | undefined

  /** Loads the compiler. @throws {EnclaveError} E_ARTEFACT if a file cannot be loaded. */
  async load(onProgress: OnProgress): Promise<void> {
    const [[program, files], artefacts] = await Promise.all([
      loadParts([esbuild, release], onProgress),
      shippedArtefacts(),
    ])
    const [module, archive] = await Promise.all([compile(program!), bytesOf(files!).then(unpack)])
    this.#compiler = new Compiler({ esbuild: module, release: archive, artefacts })
    // The first build is slow, because the browser compiles functions of esbuild when they are first called.
    void this.#compiler.build(SAMPLE)
  }

  /** As `Compiler.build`. */
  async build(request: BuildRequest): Promise<Built | Refused | undefined> {
    const answer = await this.#compiler!.build(request)
    return answer?.kind === 'built' ? transfer(answer, [answer.eif.buffer]) : answer
  }
}

async function compile(loaded: Response): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await bytesOf(loaded))
  } catch (cause) {
    throw new EnclaveError('E_ARTEFACT', {
      what: 'the compiler of this page cannot be started',
      got: cause instanceof Error ? cause.message : String(cause),
      hint: 'load the page again',
      cause,
    })
  }
}
