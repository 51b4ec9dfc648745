/**
 * The files that are built once per release and loaded at run time. Those that a page needs are literal
 * `new URL(..., import.meta.url)`, the form that many bundlers recognise, so that they include the file. Other bundlers
 * need `artefact-folder.ts`. Each URL is made when it is used: not every bundler leaves `import.meta.url` a URL.
 */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { isNode } from './environment.ts'

/** The names of the build artefacts. */
export type ArtefactName = keyof typeof ARTEFACT_FILES

/** Their files in `dist/`. */
export const ARTEFACT_FILES = {
  /** A digest of all inputs of the build; it changes with every change of them. */
  stamp: '.stamp',
  /** The digests of the other artefacts (JSON). */
  list: 'artefacts.json',
  /**
   * The kernel: one classic script that defines `webclaveKernel`. No bundler or server may change its bytes, which are
   * measured, so its name does not end in `.js`.
   */
  kernel: 'kernel.txt',
  /** The JavaScript engine component. */
  engine: 'engine/engine.wasm',
  /**
   * The engine component after transpilation and admission: its JavaScript glue, and what its core modules need beyond
   * the component, a cpio archive.
   */
  engineGlue: 'engine/glue.txt',
  engineModules: 'engine/modules.cpio',
  /** The compiled cryptography that the engine uses: a core module. */
  crypto: 'engine/crypto.wasm',
  /** The program that prepares components, in a Worker: a module that loads the transpiler. */
  preparer: 'preparer.js',
  /** jco's transpiler, for every other component: a module, and its core module, compressed. */
  transpiler: 'transpiler/transpiler.js',
  transpilerCore: 'transpiler/transpiler.bin',
  /** The released SDK: what `webclave/sdk` resolves to when an application is bundled. */
  sdk: 'sdk/index.js',
  /** The list of Node's modules for applications, which are beside it. */
  guestModules: 'guest-modules/list.json',
  /** wasm-tools, for building images and for printing WIT: a module, and its core module, compressed. */
  wasmTools: 'wasm-tools/wasm-tools.js',
  wasmToolsCore: 'wasm-tools/wasm-tools.bin',
  /** What turns core modules into components: webclave's worlds and the adapters for WASI preview 1, a cpio archive. */
  worlds: 'wasm-tools/worlds.cpio',
  /** The shell script with which an enclave's process starts, and beside it the program of that process. */
  process: 'enclave-process.sh',
} as const

let folder: URL | undefined

/** The folder that contains the artefacts, if they are not where the package has them. */
export function setArtefactFolder(url: URL | undefined): void {
  folder = url
}

/** In this form no bundler sees a file, because only Node needs it. */
const ofNode = (name: ArtefactName): URL =>
  here(name, () => new URL(`../../dist/${ARTEFACT_FILES[name]}`, ownUrl()))
const ownUrl = (): string => import.meta.url

function here(name: ArtefactName, own: () => URL): URL {
  if (folder) return new URL(ARTEFACT_FILES[name], folder)
  try {
    return own()
  } catch (cause) {
    throw missingArtefact(ARTEFACT_FILES[name], cause)
  }
}

/** The address of a tool, which tells it where its core module is: a bundler gives each of the files its own name. */
function withCore(tool: URL, core: URL): URL {
  tool.searchParams.set('core', core.href)
  return tool
}

/** The URL of each artefact. */
export const ARTEFACTS: Readonly<Record<ArtefactName, URL>> = {
  get stamp() {
    return ofNode('stamp')
  },
  get list() {
    return here('list', () => new URL('../../dist/artefacts.json', import.meta.url))
  },
  get kernel() {
    return here('kernel', () => new URL('../../dist/kernel.txt', import.meta.url))
  },
  get engine() {
    return here('engine', () => new URL('../../dist/engine/engine.wasm', import.meta.url))
  },
  get engineGlue() {
    return here('engineGlue', () => new URL('../../dist/engine/glue.txt', import.meta.url))
  },
  get engineModules() {
    return here('engineModules', () => new URL('../../dist/engine/modules.cpio', import.meta.url))
  },
  get crypto() {
    return here('crypto', () => new URL('../../dist/engine/crypto.wasm', import.meta.url))
  },
  get preparer() {
    return here('preparer', () => new URL('../../dist/preparer.js', import.meta.url))
  },
  get transpiler() {
    const tool = here('transpiler', () => new URL('../../dist/transpiler/transpiler.js', import.meta.url))
    return withCore(tool, ARTEFACTS.transpilerCore)
  },
  get transpilerCore() {
    return here('transpilerCore', () => new URL('../../dist/transpiler/transpiler.bin', import.meta.url))
  },
  get sdk() {
    return ofNode('sdk')
  },
  get guestModules() {
    return ofNode('guestModules')
  },
  get wasmTools() {
    const tool = here('wasmTools', () => new URL('../../dist/wasm-tools/wasm-tools.js', import.meta.url))
    return withCore(tool, ARTEFACTS.wasmToolsCore)
  },
  get wasmToolsCore() {
    return here('wasmToolsCore', () => new URL('../../dist/wasm-tools/wasm-tools.bin', import.meta.url))
  },
  get worlds() {
    return here('worlds', () => new URL('../../dist/wasm-tools/worlds.cpio', import.meta.url))
  },
  get process() {
    return ofNode('process')
  },
}

/**
 * Reads an artefact.
 * @throws {EnclaveError} E_ARTEFACT if it is missing.
 */
export async function readArtefact(url: URL): Promise<Bytes> {
  try {
    if (isNode && url.protocol === 'file:') {
      // Synchronous: the caller waits in any case, and a round trip to another thread takes longer than the read.
      return new Uint8Array(globalThis.process.getBuiltinModule('node:fs').readFileSync(url))
    }
    const response = await fetch(url)
    if (!response.ok) throw new Error(`HTTP status ${response.status}`)
    // Servers of applications answer with the application's page for every file that they do not have.
    if (response.headers.get('content-type')?.startsWith('text/html')) throw new Error('an HTML page')
    return new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    throw missingArtefact(url.pathname.split('/').slice(-2).join('/'), cause)
  }
}

/** The error for an artefact that cannot be loaded. */
export function missingArtefact(file: string, cause?: unknown): EnclaveError {
  return new EnclaveError('E_ARTEFACT', {
    what: 'a file of webclave is missing',
    expected: `a readable file ${file}`,
    hint: 'if a bundler made this program, copy the files with copyArtefacts and name their folder with artefactsAt, both of webclave/artefacts; otherwise install webclave again, or in a checkout run npm run build',
    cause,
  })
}
