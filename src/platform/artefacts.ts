/**
 * The files that are built once per release and loaded at run time. Each is a literal `new URL(..., import.meta.url)`,
 * the form that bundlers recognise, so that they include the file.
 */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { isNode } from './environment.ts'

/** The names of the build artefacts. */
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
  | 'guestModules'
  | 'wasmTools'
  | 'worlds'

/** The URL of each artefact. */
export const ARTEFACTS: Readonly<Record<ArtefactName, URL>> = {
  /** A digest of all inputs of the build; it changes with every change of them. */
  stamp: new URL('../../dist/.stamp', import.meta.url),
  /** The digests of the other artefacts (JSON). */
  list: new URL('../../dist/artefacts.json', import.meta.url),
  /** The kernel: one classic script that defines `webclaveKernel`. */
  kernel: new URL('../../dist/kernel.js', import.meta.url),
  /** The JavaScript engine component. */
  engine: new URL('../../dist/engine/engine.wasm', import.meta.url),
  /** The engine component after transpilation: its JavaScript glue, and its core modules as a cpio archive. */
  engineGlue: new URL('../../dist/engine/glue.js', import.meta.url),
  engineModules: new URL('../../dist/engine/modules.cpio', import.meta.url),
  /** The compiled cryptography that the engine uses: a core module. */
  crypto: new URL('../../dist/engine/crypto.wasm', import.meta.url),
  /** The program that prepares components, in a Worker: a module that loads the transpiler. */
  preparer: new URL('../../dist/preparer.js', import.meta.url),
  /** jco's transpiler, for every other component: a module that loads its own core modules from beside it. */
  transpiler: new URL('../../dist/transpiler/transpiler.js', import.meta.url),
  /** The released SDK: what `webclave/sdk` resolves to when an application is bundled. */
  sdk: new URL('../../dist/sdk/index.js', import.meta.url),
  /** The list of Node's modules for applications, which are beside it. */
  guestModules: new URL('../../dist/guest-modules/list.json', import.meta.url),
  /** wasm-tools, for building images and for printing WIT: a module that loads its own core modules from beside it. */
  wasmTools: new URL('../../dist/wasm-tools/wasm-tools.js', import.meta.url),
  /** What turns core modules into components: webclave's worlds and the adapters for WASI preview 1, a cpio archive. */
  worlds: new URL('../../dist/wasm-tools/worlds.cpio', import.meta.url),
}

/**
 * Reads an artefact.
 * @throws {EnclaveError} E_ARTEFACT if it is missing.
 */
export async function readArtefact(url: URL): Promise<Bytes> {
  try {
    if (isNode && url.protocol === 'file:') {
      // Synchronous: the caller waits in any case, and a round trip to another thread takes longer than the read.
      return new Uint8Array(process.getBuiltinModule('node:fs').readFileSync(url))
    }
    const response = await fetch(url)
    if (!response.ok) throw new Error(`HTTP status ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    throw new EnclaveError('E_ARTEFACT', {
      what: 'a build artefact of webclave is missing',
      expected: `a readable file ${url.pathname.split('/').slice(-2).join('/')}`,
      hint: 'run `npm run build` first',
      cause,
    })
  }
}
