/**
 * Stands for `esbuild` in the compiler's Worker: the same release of it as WebAssembly, in the Worker's own thread, with the
 * files in memory.
 */
import type { BuildOptions, BuildResult, Message } from 'esbuild'
import { build as buildIn, initialize, stop } from 'esbuild-wasm/esm/browser.js'
import { BUNDLER } from '../bundler-state.ts'
import { GoFiles } from '../go-files.ts'

let started: Promise<void> | undefined

/** esbuild's own `build`. */
export async function build(options: BuildOptions): Promise<BuildResult> {
  BUNDLER.assertWanted()
  started ??= start()
  await started
  try {
    return (await buildIn(options as Parameters<typeof buildIn>[0])) as BuildResult
  } catch (error) {
    const { errors } = error as { errors?: readonly Message[] }
    if (errors) BUNDLER.failures = errors
    // Otherwise the program itself has failed, and would not answer again.
    else await restart()
    throw error
  }
}

async function start(): Promise<void> {
  const scope = globalThis as { fs?: unknown; self?: unknown }
  scope.self ??= scope
  scope.fs = new GoFiles()
  try {
    await initialize({ wasmModule: BUNDLER.program!, worker: false })
  } finally {
    // The program has it by now.
    delete scope.fs
  }
}

async function restart(): Promise<void> {
  started = undefined
  await stop()
}
