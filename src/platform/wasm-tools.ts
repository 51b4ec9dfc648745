/** wasm-tools, as jco bundles it: 2.4 MB of WebAssembly, so it is loaded on first use. */
import { EnclaveError } from '../base/error.ts'
import { ARTEFACTS } from './artefacts.ts'

/** The functions of wasm-tools that are used. They throw values that are not `Error`s; `toolMessage` reads them. */
export interface WasmTools {
  /** Makes a component from a core module that embeds its world, with adapters for other modules that it imports. */
  componentNew(module: Uint8Array, adapters: [string, Uint8Array][]): Uint8Array
  /** A component's world, as WIT. */
  componentWit(component: Uint8Array): string
}

let loading: Promise<WasmTools> | undefined

/**
 * The tools, loaded once.
 *
 * @throws {EnclaveError} E_ARTEFACT if they are missing.
 * @example
 * const { componentWit } = await loadWasmTools()
 */
export function loadWasmTools(): Promise<WasmTools> {
  loading ??= load().catch((cause: unknown) => {
    loading = undefined
    throw new EnclaveError('E_ARTEFACT', {
      what: 'a build artefact of webclave is missing',
      expected: 'a loadable module wasm-tools/wasm-tools.js',
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

/** The message of a wasm-tools failure on one line: it throws a chain of messages over several lines. */
export function toolMessage(thrown: unknown): string {
  const { payload, message } = thrown as { payload?: unknown; message?: unknown }
  return String(payload ?? message ?? thrown)
    .split('\n')
    .map((line) => line.trim().replace(/^\d+: /, ''))
    .filter((line) => line !== '' && line !== 'Caused by:')
    .join(': ')
    .slice(0, 400)
}
