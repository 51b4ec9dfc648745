/** From a component to what a Worker can load: glue and core modules, by jco's transpiler. */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'

/** A transpiled component. */
export interface Transpiled {
  /** An ES module that exports `instantiate`. */
  glue: string
  /** The core modules by the names that the glue asks for. */
  modules: ReadonlyMap<string, Bytes>
}

/** jco's transpiler, as far as it is used here. */
interface Transpiler {
  $init: Promise<void>
  generate(component: Uint8Array, options: Record<string, unknown>): { files: [string, Bytes][] }
}

const loading = new Map<string, Promise<Transpiler>>()

async function loadTranspiler(address: string): Promise<Transpiler> {
  const transpiler = (await import(/* @vite-ignore */ address)) as Transpiler
  await transpiler.$init
  return transpiler
}

const NAME = 'component'

/** What jco is told: `hybrid` lets imports that carry `cabiLower` skip its conversions. */
export const TRANSPILE_OPTIONS: Readonly<Record<string, unknown>> = {
  name: NAME,
  noTypescript: true,
  noNodejsCompat: true,
  base64Cutoff: 0,
  instantiation: { tag: 'async' },
  importBindings: { tag: 'hybrid' },
}

/**
 * A function that transpiles components which admission has passed, by the transpiler at `address`.
 * @throws {EnclaveError} E_COMPONENT_LINK where jco cannot; E_ARTEFACT where there is no transpiler.
 */
export function transpileWith(address: string): (component: Bytes) => Promise<Transpiled> {
  return async (component) => {
    const transpiler = await obtainTranspiler(address)
    try {
      return collect(transpiler.generate(component, TRANSPILE_OPTIONS).files)
    } catch (cause) {
      throw new EnclaveError('E_COMPONENT_LINK', {
        what: 'the component cannot be linked',
        expected: 'a component of WASI 0.2',
        got: cause instanceof Error ? cause.message : String(cause),
        cause,
      })
    }
  }
}

/** It takes a while to load, so it is loaded once. */
function obtainTranspiler(address: string): Promise<Transpiler> {
  const known = loading.get(address)
  if (known) return known
  const loaded = loadTranspiler(address).catch((cause: unknown) => {
    loading.delete(address)
    throw new EnclaveError('E_ARTEFACT', {
      what: 'a part of webclave is missing',
      expected: 'a module transpiler/transpiler.js that loads',
      hint: 'run `npm run build` first',
      cause,
    })
  })
  loading.set(address, loaded)
  return loaded
}

/** How the glue tells that a handle to be dropped is none, and what it has to say for one beyond the table. */
const IS_DROPPED = 'if (val === 0 || (scope & T_FLAG) !== 0) {'
const IS_NONE = 'if (!val || (scope & T_FLAG) !== 0) {'

/** Without this a handle that was never given goes onto the list of free ones in place of a trap. */
function withCheckedDrops(glue: string): string {
  if (glue.includes('function rscTableRemove(') && !glue.includes(IS_DROPPED))
    throw new Error('the transpiler drops handles in another way than is known')
  return glue.replace(IS_DROPPED, IS_NONE)
}

/** Sorts jco's files into glue and modules. */
export function collect(files: readonly (readonly [string, Bytes])[]): Transpiled {
  const glue = files.find(([name]) => name === `${NAME}.js`)
  if (!glue) throw new Error('the transpiler made no glue')
  return {
    glue: withCheckedDrops(new TextDecoder().decode(glue[1])),
    modules: new Map(files.filter(([name]) => name.endsWith('.wasm'))),
  }
}
