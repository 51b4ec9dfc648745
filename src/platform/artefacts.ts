/**
 * The files that are built once a release and loaded at run time. Each stands as a literal `new URL(..., import
 * .meta.url)`, the form in which every bundler finds such files and carries them along.
 */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { isNode } from './environment.ts'

/** What is built once a release. */
export type ArtefactName =
  | 'stamp'
  | 'list'
  | 'kernel'
  | 'engine'
  | 'engineGlue'
  | 'engineModules'
  | 'crypto'
  | 'preparer'
  | 'transpiler'
  | 'sdk'
  | 'wasmTools'
  | 'worlds'

/** Where each artefact is. */
export const ARTEFACTS: Readonly<Record<ArtefactName, URL>> = {
  /** What all of it was built from: a digest that is another one after every change. */
  stamp: new URL('../../dist/.stamp', import.meta.url),
  /** The digests of the others (JSON). */
  list: new URL('../../dist/artefacts.json', import.meta.url),
  /** The kernel: one classic script that defines `webclaveKernel`. */
  kernel: new URL('../../dist/kernel.js', import.meta.url),
  /** The JavaScript engine component. */
  engine: new URL('../../dist/engine/engine.wasm', import.meta.url),
  /** The same, transpiled: its glue, and its core modules as a cpio archive. */
  engineGlue: new URL('../../dist/engine/glue.js', import.meta.url),
  engineModules: new URL('../../dist/engine/modules.cpio', import.meta.url),
  /** The compiled cryptography beside the engine: a core module. */
  crypto: new URL('../../dist/engine/crypto.wasm', import.meta.url),
  /** The program that makes components ready, in a Worker: a module that loads the transpiler. */
  preparer: new URL('../../dist/preparer.js', import.meta.url),
  /** jco's transpiler, for every other component: a module that loads its own core modules from beside it. */
  transpiler: new URL('../../dist/transpiler/transpiler.js', import.meta.url),
  /** The SDK as it is released: what `webclave/sdk` stands for in an application that is bundled. */
  sdk: new URL('../../dist/sdk/index.js', import.meta.url),
  /** wasm-tools, for building images and for printing WIT: a module that loads its own core modules likewise. */
  wasmTools: new URL('../../dist/wasm-tools/wasm-tools.js', import.meta.url),
  /** What makes core modules into components: our worlds and the adapters for WASI preview 1, a cpio archive. */
  worlds: new URL('../../dist/wasm-tools/worlds.cpio', import.meta.url),
}

/**
 * The bytes of an artefact.
 * @throws {EnclaveError} E_ARTEFACT where it is missing.
 */
export async function readArtefact(url: URL): Promise<Bytes> {
  try {
    if (isNode && url.protocol === 'file:') {
      // Whoever asks waits for it, and asking another thread takes longer than reading.
      return new Uint8Array(process.getBuiltinModule('node:fs').readFileSync(url))
    }
    const response = await fetch(url)
    if (!response.ok) throw new Error(`HTTP status ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    throw new EnclaveError('E_ARTEFACT', {
      what: 'a part of webclave is missing',
      expected: `a readable file ${url.pathname.split('/').slice(-2).join('/')}`,
      hint: 'run `npm run build` first',
      cause,
    })
  }
}
