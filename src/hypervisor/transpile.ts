/** Transpiles a component with jco to what a Worker can load: glue and core modules. */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { ARTEFACT_FILES, missingArtefact } from '../platform/artefacts.ts'
import { withoutConversions } from './glue-conversions.ts'
import { withEdits } from './glue-edits.ts'

/** A transpiled component. */
export interface Transpiled {
  /** An ES module that exports `instantiate`. */
  glue: string
  /** The core modules by the names that the glue uses. */
  modules: ReadonlyMap<string, Bytes>
}

/** The part of jco's transpiler that is used here. */
interface Transpiler {
  $init: Promise<void>
  generate(component: Uint8Array, options: Record<string, unknown>): { files: [string, Bytes][] }
}

const loading = new Map<string, Promise<Transpiler>>()

async function loadTranspiler(address: string): Promise<Transpiler> {
  const transpiler = (await import(/* @vite-ignore */ address)) as Transpiler
  await transpiler.$init
  if (typeof transpiler.generate !== 'function') throw new Error('a bundler has removed its exports')
  return transpiler
}

const NAME = 'component'

/** Options of jco: `hybrid` lets imports with `cabiLower` bypass its conversions. */
export const TRANSPILE_OPTIONS: Readonly<Record<string, unknown>> = {
  name: NAME,
  noTypescript: true,
  noNodejsCompat: true,
  base64Cutoff: 0,
  instantiation: { tag: 'async' },
  importBindings: { tag: 'hybrid' },
}

/**
 * Returns a function that transpiles admitted components with the transpiler at `address`.
 * @throws {EnclaveError} E_COMPONENT_LINK if jco fails; E_ARTEFACT if the transpiler is missing.
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

/** Loaded only once, because it takes a while. */
function obtainTranspiler(address: string): Promise<Transpiler> {
  const known = loading.get(address)
  if (known) return known
  const loaded = loadTranspiler(address).catch((cause: unknown) => {
    loading.delete(address)
    throw missingArtefact(ARTEFACT_FILES.transpiler, cause)
  })
  loading.set(address, loaded)
  return loaded
}

/** Separates jco's files into glue and modules. */
export function collect(files: readonly (readonly [string, Bytes])[]): Transpiled {
  const glue = files.find(([name]) => name === `${NAME}.js`)
  if (!glue) throw new Error('the transpiler generated no glue')
  return {
    glue: withEdits(withoutConversions(new TextDecoder().decode(glue[1]))),
    modules: new Map(files.filter(([name]) => name.endsWith('.wasm'))),
  }
}
