/**
 * Loads an application: JavaScript source, WebAssembly, or (in Node) a path to either or to TypeScript. Components and
 * core modules are recognised by their first eight bytes, never by a file name.
 */
import { type Bytes, toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
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
 * @throws {EnclaveError} E_APP_COMPONENT, E_APP_CORE_MODULE, E_APP_NOT_FOUND, E_APP_IMPORT, E_APP_SYNTAX, E_APP_EMPTY.
 */
export async function loadApplication(
  input: ApplicationInput,
  choices: BundlerChoices = {},
): Promise<LoadedApplication> {
  if ('source' in input) return { app: sourceOf(input.source), warnings: [] }
  if ('component' in input) {
    return { app: { kind: 'component', bytes: await asComponent(input.component) }, warnings: [] }
  }
  // The bundler exists only in Node, so it is loaded only there.
  const { loadPath } = await import('./bundle.ts')
  const loaded = await loadPath(input.path, { choices })
  return 'source' in loaded
    ? { app: sourceOf(loaded.source), warnings: loaded.warnings }
    : loadApplication(loaded)
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
