/**
 * Builds the page into static files that work under any path, on any host: the page and its Worker, the service worker
 * beside it, the artefacts of a release in `src/platform/artefacts.ts`, the prebuilt echo image, and the files that
 * jco's modules load from their own folder.
 */
import { cp, readdir, readFile, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type InlineConfig, type Plugin, type Rolldown } from 'vite'
import { buildImage } from '../../src/image/index.ts'
import { CONTENT_SECURITY_POLICY } from './headers.ts'

const web = fileURLToPath(new URL('..', import.meta.url))
const project = join(web, '..')

/** Modules of jco that load files from their own folder, each in a folder of dist/ with its name. */
const WITH_PARTS = ['transpiler', 'wasm-tools']

/** Such a module gets its own folder, so that its files can keep their names. */
function assetName({ names }: Rolldown.PreRenderedAsset): string {
  const folder = WITH_PARTS.find((name) => names.includes(`${name}.js`))
  return folder ? `assets/${folder}-[hash]/[name][extname]` : 'assets/[name]-[hash][extname]'
}

/** Checks for Node become constants, so that code for Node only is left out. */
const NOT_IN_NODE = { process: 'undefined' }

/** Removes unreachable imports of Node's modules, and fails if others are left. */
const noNode: Plugin = {
  name: 'webclave-no-node',
  enforce: 'pre',
  resolveId: (id) => (id.startsWith('node:') ? { id, external: true } : undefined),
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
    const { eif } = await buildImage({ app: { path: join(project, 'guests/echo') }, name: 'echo' })
    this.emitFile({ type: 'asset', fileName: 'echo.eif', source: eif })
    // In the page's folder with a fixed name: a service worker controls only the paths below it.
    const serviceWorker = await readFile(join(project, 'dist/service-worker.js'))
    this.emitFile({ type: 'asset', fileName: 'service-worker.js', source: serviceWorker })
  },
}

function configuration(outDir: string): InlineConfig {
  const output = { assetFileNames: assetName }
  return {
    root: web,
    base: './',
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    clearScreen: false,
    define: NOT_IN_NODE,
    plugins: [noNode, extras],
    worker: { format: 'es', plugins: () => [noNode], rolldownOptions: { output } },
    build: {
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: false,
      reportCompressedSize: false,
      rolldownOptions: { output },
    },
  }
}

/** Builds the page into the folder `outDir`, which is emptied first. dist/ must have been built. */
export async function buildSite(outDir: string): Promise<void> {
  const { output } = (await build(configuration(outDir))) as Rolldown.RolldownOutput
  // Programs for Node are named by what was dropped, and are carried along all the same.
  for (const { fileName } of output) if (fileName.endsWith('.mjs')) await rm(join(outDir, fileName))
  for (const folder of WITH_PARTS) {
    const module = output.find(({ fileName }) => fileName.endsWith(`/${folder}.js`))
    if (!module) continue
    const from = join(project, 'dist', folder)
    const parts = (await readdir(from)).filter((name) => name.endsWith('.wasm'))
    for (const part of parts) await cp(join(from, part), join(outDir, dirname(module.fileName), part))
  }
}
