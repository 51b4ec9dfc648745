/**
 * Loads an application: JavaScript source, WebAssembly, or (in Node) a path to either or to TypeScript. Components and
 * core modules are recognised by their first eight bytes, never by a file name.
 */
import { type Bytes, toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { isNode } from '../../platform/environment.ts'
import type { Application } from '../eif/contents.ts'
import type { BundlerChoices } from '../eif/manifest.ts'
import type { ApplicationInput } from './application-input.ts'

const PREAMBLE = 8
const COMPONENT = '0061736d0d000100'
const CORE_MODULE = '0061736d01000000'

/** The application to put into the image, and what its author should know. */
export interface LoadedApplication {
  readonly app: Application
  readonly warnings: readonly string[]
}

/**
 * Returns the application to put into the image. `choices` are for the bundler, for an application given by its path.
 *
 * @throws {EnclaveError} E_APP_COMPONENT, E_APP_CORE_MODULE, E_APP_NOT_FOUND, E_APP_IMPORT, E_APP_SYNTAX, E_APP_EMPTY,
 *   E_APP_INPUT.
 */
export async function loadApplication(
  input: ApplicationInput,
  choices: BundlerChoices = {},
): Promise<LoadedApplication> {
  assertInput(input)
  if ('source' in input) {
    return input.isBundled ? { app: sourceOf(input.source), warnings: [] } : loadText(input.source, choices)
  }
  if ('component' in input) {
    return { app: { kind: 'component', bytes: await asComponent(input.component) }, warnings: [] }
  }
  // The bundler exists only in Node, so it is loaded only there.
  const { loadPath } = await import('./bundle.ts')
  const { path, onRead } = input
  const loaded = await loadPath(path, { choices, ...(onRead && { onRead }) })
  return 'source' in loaded
    ? { app: sourceOf(loaded.source), warnings: loaded.warnings }
    : loadApplication(loaded)
}

/** @throws {EnclaveError} E_APP_INPUT */
function assertInput(input: unknown): asserts input is ApplicationInput {
  const given: Readonly<Record<string, unknown>> =
    typeof input === 'object' && input !== null ? { ...input } : {}
  const forms = Object.keys(FORMS).filter((name) => given[name] !== undefined)
  const [form] = forms
  if (forms.length === 1 && FORMS[form!]!.holds(given[form!])) return
  throw new EnclaveError('E_APP_INPUT', {
    what: 'the application is given in a form that is not known',
    expected: 'app: { source: text }, { component: Uint8Array } or { path: text }',
    got: forms.length === 1 ? `{ ${form}: ${kindOf(given[form!])} }` : forms.join(' and ') || kindOf(input),
    hint: adviceFor(input, forms.length === 1 && given[form!]),
  })
}

function adviceFor(input: unknown, value: unknown): string | undefined {
  if (typeof input === 'string') return 'for a file or folder, pass { path }'
  if (ArrayBuffer.isView(input)) return 'for WebAssembly, pass { component }'
  return value instanceof URL ? 'of a URL pass what fileURLToPath of node:url gives' : undefined
}

const isText = (value: unknown) => typeof value === 'string'
const FORMS: Readonly<Record<string, { holds(value: unknown): boolean }>> = {
  source: { holds: isText },
  component: { holds: (value) => value instanceof Uint8Array },
  path: { holds: isText },
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  return `an object (${value.constructor?.name ?? 'without a prototype'})`
}

/** Where a module's syntax may be; the bundler decides. */
const MODULE = /\b(?:import|export)\b/

/** Source as it is, or bundled if it is a module. The bundler exists only in Node. */
async function loadText(source: string, choices: BundlerChoices): Promise<LoadedApplication> {
  if (isNode && MODULE.test(source)) {
    const { loadSource } = await import('./bundle-source.ts')
    const loaded = await loadSource(source, { choices })
    if (loaded && 'source' in loaded) return { app: sourceOf(loaded.source), warnings: loaded.warnings }
  }
  return { app: sourceOf(source), warnings: [] }
}

function sourceOf(source: string): Application {
  return { kind: 'source', bytes: new TextEncoder().encode(source) }
}

async function asComponent(bytes: Uint8Array): Promise<Bytes> {
  if (startOf(bytes) !== CORE_MODULE) return checkComponent(bytes)
  // Loaded on demand: the tools are large, and few builds need them.
  const { componentize } = await import('./componentize.ts')
  return componentize(bytes as Bytes)
}

/** @throws {EnclaveError} E_APP_COMPONENT */
export function checkComponent(bytes: Uint8Array): Bytes {
  const start = startOf(bytes)
  if (start === COMPONENT) return bytes as Bytes
  throw new EnclaveError('E_APP_COMPONENT', {
    what: 'the application is not WebAssembly',
    expected: 'a component, which begins with 00 61 73 6d 0d 00 01 00',
    got: start ? start.replace(/..(?=.)/g, '$& ') : 'nothing',
  })
}

function startOf(bytes: Uint8Array): string {
  return toHex(bytes.subarray(0, PREAMBLE))
}
