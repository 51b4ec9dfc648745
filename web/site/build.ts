/**
 * Builds the page into static files that work under any path, on any host: the page and its Worker, the service worker
 * beside it, the artefacts of a release in `src/platform/artefacts.ts`, and the bundled examples.
 */
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type InlineConfig, type Plugin, type Rolldown } from 'vite'
import { compilerFiles } from './compiler-files.ts'
import { bundleExamples } from './examples.ts'
import { CONTENT_SECURITY_POLICY } from './headers.ts'
import { writeServiceWorker } from './offline.ts'

const web = fileURLToPath(new URL('..', import.meta.url))
const project = join(web, '..')

/** Files that only Node reads. Some hosts serve no names that begin with a dot. */
const FOR_NODE = /\.(?:mjs|sh)$|\/\.stamp-/

/** Checks for Node become constants, so that code for Node only is left out. */
const NOT_IN_NODE = { process: 'undefined', 'globalThis.process': 'undefined' }

const NO_BUNDLER = '\0webclave-no-bundler'

/** Removes unreachable imports of Node's modules, and fails if others are left. */
const noNode: Plugin = {
  name: 'webclave-no-node',
  enforce: 'pre',
  resolveId(id, importer) {
    if (id.startsWith('node:')) return { id, external: true }
    // Building from a path needs Node; the compiler's Worker imports the bundler itself.
    const isBundler = id === './bundle.ts' || id === './bundle-source.ts'
    return isBundler && importer?.endsWith('build/application.ts') ? NO_BUNDLER : undefined
  },
  load: (id) =>
    id === NO_BUNDLER ? 'export const [loadPath, loadSource] = [undefined, undefined]' : undefined,
  generateBundle(_, files) {
    dropUnreached(files)
    for (const file of Object.values(files)) {
      if (file.type !== 'chunk') continue
      // The text and not the list of imports, which still names those that were left out as never reached.
      const [left] = /['"`]node:[\w/]+['"`]/.exec(file.code) ?? []
      if (left) this.error(`${file.fileName} would ask a browser for ${left}`)
    }
  },
}

/** Drops modules whose only import was left out. */
function dropUnreached(files: Rolldown.OutputBundle): void {
  const chunks = Object.values(files).filter((file) => file.type === 'chunk')
  for (const { fileName, isDynamicEntry } of chunks) {
    const name = basename(fileName)
    if (isDynamicEntry && !chunks.some(({ code }) => code.includes(name))) delete files[fileName]
  }
}

const extras: Plugin = {
  name: 'webclave-page',
  transformIndexHtml: () => [
    // For hosts that send no headers. A policy in the page covers only the page; the header also covers its Workers.
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
      injectTo: 'head-prepend',
    },
  ],
  async generateBundle() {
    for (const example of await bundleExamples(project)) {
      const fileName = `examples/${example.name}.json`
      this.emitFile({ type: 'asset', fileName, source: JSON.stringify(example) })
    }
  },
}

/**
 * Keeps what a Worker's modules share out of the file that it starts with: WebKit would run that file a second time when
 * another one imports it, and two hosts would answer each call.
 */
const ownEntry: Plugin = {
  name: 'webclave-own-entry',
  options: (given) => ({ ...given, preserveEntrySignatures: 'strict' }),
}

/** Warnings of the bundler that say nothing here: what Node loads on demand, a page may load at once. */
const UNNEEDED = { ineffectiveDynamicImport: false, pluginTimings: false, bundlerTimings: false }

function configuration(outDir: string): InlineConfig {
  const rolldownOptions = { checks: UNNEEDED }
  return {
    root: web,
    base: './',
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    clearScreen: false,
    define: NOT_IN_NODE,
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
    plugins: [compilerFiles(), noNode, extras],
    worker: { format: 'es', plugins: () => [compilerFiles(), noNode, ownEntry], rolldownOptions },
    build: {
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions,
    },
  }
}

/** Builds the page into the folder `outDir`, which is emptied first. dist/ must have been built. */
export async function buildSite(outDir: string): Promise<void> {
  const { output } = (await build(configuration(outDir))) as Rolldown.RolldownOutput
  // Programs for Node are named by what was dropped, and are carried along all the same.
  for (const { fileName } of output) if (FOR_NODE.test(fileName)) await rm(join(outDir, fileName))
  // In the page's folder with a fixed name: a service worker controls only the paths below it.
  await writeServiceWorker(outDir)
}
