/**
 * wasm-tools, as jco bundles it: 2.4 MB of WebAssembly, so it is loaded on first use. A module that makes it crash must
 * not affect later ones, so after a crash it is loaded again.
 */
import { ARTEFACT_FILES, ARTEFACTS, missingArtefact } from './artefacts.ts'

/** The functions of wasm-tools that are used. They throw values that are not `Error`s; `toolMessage` reads them. */
export interface WasmTools {
  /** Makes a component from a core module that embeds its world, with adapters for other modules that it imports. */
  componentNew(module: Uint8Array, adapters: [string, Uint8Array][]): Uint8Array
  /** A component's world, as WIT. */
  componentWit(component: Uint8Array): string
}

/** Loads one instance of the tools; each number gives another one. */
export type LoadTools = (number: number) => Promise<WasmTools>

/** Runs the tools, with a new instance after each crash. */
export class ToolRunner {
  readonly #load: LoadTools
  #loading: Promise<WasmTools> | undefined
  #crashes = 0

  constructor(load: LoadTools) {
    this.#load = load
  }

  /** The result of `use`, which must be synchronous. @throws what it throws; {EnclaveError} E_ARTEFACT */
  async run<Result>(use: (tools: WasmTools) => Result): Promise<Result> {
    this.#loading ??= this.#load(this.#crashes)
    const loading = this.#loading
    const tools = await loading.catch((cause: unknown) => {
      this.#loading = undefined
      throw missingArtefact(ARTEFACT_FILES.wasmTools, cause)
    })
    try {
      return withoutOutput(() => use(tools))
    } catch (thrown) {
      if (isCrash(thrown) && this.#loading === loading) {
        this.#loading = undefined
        this.#crashes += 1
      }
      throw thrown
    }
  }
}

const runner = new ToolRunner(load)

/**
 * Runs `use` with the tools, which are loaded once.
 *
 * @throws what `use` throws. @throws {EnclaveError} E_ARTEFACT if the tools are missing.
 * @example
 * const wit = await runWasmTools((tools) => tools.componentWit(component))
 */
export function runWasmTools<Result>(use: (tools: WasmTools) => Result): Promise<Result> {
  return runner.run(use)
}

async function load(number: number): Promise<WasmTools> {
  const url = ARTEFACTS.wasmTools
  // Another query makes it another module, with a memory of its own.
  if (number > 0) url.searchParams.set('number', String(number))
  const module = (await import(/* webpackIgnore: true */ /* @vite-ignore */ url.href)) as {
    $init: Promise<void>
    tools?: WasmTools
  }
  await module.$init
  if (!module.tools) throw new Error('a bundler has removed its exports')
  return module.tools
}

/** The tools report a crash on standard error, which is `console.error`; the caller reports it in its own words. */
function withoutOutput<Result>(use: () => Result): Result {
  const { error } = console
  console.error = () => {}
  try {
    return use()
  } finally {
    console.error = error
  }
}

/** Whether the tools trapped or used up their stack, as opposed to having refused their input. */
function isCrash(thrown: unknown): boolean {
  return thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError
}

/** The message of a wasm-tools failure on one line: it throws a chain of messages over several lines. */
export function toolMessage(thrown: unknown): string {
  if (isCrash(thrown)) return 'wasm-tools crashed while it read it'
  const { payload, message } = thrown as { payload?: unknown; message?: unknown }
  return String(payload ?? message ?? thrown)
    .split('\n')
    .map((line) => line.trim().replace(/^\d+: /, ''))
    .filter((line) => line !== '' && line !== 'Caused by:')
    .join(': ')
    .slice(0, 400)
}
