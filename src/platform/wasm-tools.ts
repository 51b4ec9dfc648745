/** wasm-tools, as jco carries it: 2.4 MB of WebAssembly, so it is loaded when first asked for and not before. */
import { EnclaveError } from '../base/error.ts'
import { ARTEFACTS } from './artefacts.ts'

/** The part of wasm-tools that is used. Its failures are no `Error`s; `toolMessage` reads them. */
export interface WasmTools {
  /** A component of a core module that carries its world, with adapters for other modules that it imports. */
  componentNew(module: Uint8Array, adapters: [string, Uint8Array][]): Uint8Array
  /** A component's world, as WIT. */
  componentWit(component: Uint8Array): string
}

let loading: Promise<WasmTools> | undefined

/**
 * The tools, loaded once.
 *
 * @throws {EnclaveError} E_ARTEFACT where they are missing.
 * @example
 * const { componentWit } = await loadWasmTools()
 */
export function loadWasmTools(): Promise<WasmTools> {
  loading ??= load().catch((cause: unknown) => {
    loading = undefined
    throw new EnclaveError('E_ARTEFACT', {
      what: 'a part of webclave is missing',
      expected: 'a module wasm-tools/wasm-tools.js that loads',
      hint: 'run `npm run build` first',
      cause,
    })
  })
  return loading
}

async function load(): Promise<WasmTools> {
  const module = (await import(/* @vite-ignore */ ARTEFACTS.wasmTools.href)) as {
    $init: Promise<void>
    tools: WasmTools
  }
  await module.$init
  return module.tools
}

/** What wasm-tools says of a failure, on one line: it throws its own words, chained over several lines. */
export function toolMessage(thrown: unknown): string {
  const { payload, message } = thrown as { payload?: unknown; message?: unknown }
  return String(payload ?? message ?? thrown)
    .split('\n')
    .map((line) => line.trim().replace(/^\d+: /, ''))
    .filter((line) => line !== '' && line !== 'Caused by:')
    .join(': ')
    .slice(0, 400)
}
