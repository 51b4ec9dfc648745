/** The compiler of a tab in Node: bundled as for its Worker, with the same stand-ins, and esbuild as WebAssembly. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type InlineConfig } from 'vite'
import { shippedArtefacts } from '../../../src/image/index.ts'
import type { Compiler, CompilerParts } from '../../../web/compiler/compiler.ts'
import { compilerFiles, releaseFiles } from '../../../web/site/compiler-files.ts'

const project: string = fileURLToPath(new URL('../../..', import.meta.url))

/** Options of Vite that a site's build has as well. */
export const AS_A_SITE: InlineConfig = {
  root: join(project, 'web'),
  base: './',
  configFile: false,
  publicDir: false,
  logLevel: 'error',
  clearScreen: false,
  define: { process: 'undefined', 'globalThis.process': 'undefined' },
}

/** Bundles a module of web/compiler as for its Worker, and imports it. */
export async function importBundled<Module>(file: string): Promise<Module> {
  const folder = await mkdtemp(join(tmpdir(), 'webclave-compiler-'))
  try {
    await build({
      ...AS_A_SITE,
      plugins: [compilerFiles()],
      build: {
        outDir: folder,
        target: 'es2024',
        assetsInlineLimit: 0,
        minify: false,
        modulePreload: false,
        reportCompressedSize: false,
        rolldownOptions: {
          input: join(project, 'web/compiler', file),
          preserveEntrySignatures: 'strict',
          output: { entryFileNames: 'assets/bundled.mjs', codeSplitting: false },
        },
      },
    })
    return await import(pathToFileURL(join(folder, 'assets/bundled.mjs')).href)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A compiler, with everything that its Worker loads. */
export async function createCompiler(): Promise<Compiler> {
  const bundled = await importBundled<{ Compiler: new (parts: CompilerParts) => Compiler }>('compiler.ts')
  const esbuild = await WebAssembly.compile(
    await readFile(join(project, 'node_modules/esbuild-wasm/esbuild.wasm')),
  )
  return new bundled.Compiler({ esbuild, release: await releaseFiles(), artefacts: await shippedArtefacts() })
}

/** The path of an example in guests/, and its files. */
export async function exampleOf(name: string): Promise<{ path: string; files: Record<string, string> }> {
  const path = join(project, 'guests', name)
  const files: Record<string, string> = {}
  for (const file of await readdir(path)) files[file] = await readFile(join(path, file), 'utf8')
  return { path, files }
}
