/**
 * A plugin of Vite for the two Workers in web/compiler: replaces what the bundler of applications takes from Node, and
 * makes the assets that the Workers load: esbuild as WebAssembly, and the files of the release that applications import.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Plugin } from 'vite'
import { writeArchive } from '../../src/image/eif/cpio.ts'
import { collectDeclarations } from './declarations.ts'

const web = fileURLToPath(new URL('..', import.meta.url))
const project = join(web, '..')
const compiler = join(web, 'compiler')
const standIn = (name: string) => join(compiler, 'stand-ins', `${name}.ts`)

/** What a module gets for another in the compiler's Worker. */
const STAND_INS: Readonly<Record<string, string>> = {
  'node:fs': standIn('fs'),
  'node:fs/promises': standIn('fs-promises'),
  'node:module': standIn('module'),
  'node:path': join(project, 'node_modules/path-browserify/index.js'),
  'node:url': standIn('url'),
  esbuild: standIn('esbuild'),
}
const ARTEFACTS = 'platform/artefacts.ts'
/** For source without a folder, which the page never has. */
const ONLY_WITH_FOLDERS = './bundle-source.ts'

const EMPTY = '\0webclave-empty'
const VIRTUAL = 'virtual:webclave/'

/** Makes the asset of each virtual module. */
const ASSETS: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  esbuild: () => readFile(join(project, 'node_modules/esbuild-wasm/esbuild.wasm')),
  release: async () => writeArchive(await releaseFiles()),
  declarations: async () => writeArchive(declarationFiles()),
}

/** Compressed once per process: a site is built several times in tests. */
const compressed = new Map<string, Promise<Uint8Array>>()

function compressedAsset(name: string): Promise<Uint8Array> {
  const known = compressed.get(name)
  if (known) return known
  // Compressed here, because many hosts do not compress files whose type they do not know.
  const asset = ASSETS[name]!().then((bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }))
  compressed.set(name, asset)
  return asset
}

/** The files of the release that an application may import, by their paths in it. */
export async function releaseFiles(): Promise<Map<string, Uint8Array>> {
  const { metafile } = await build({
    absWorkingDir: project,
    entryPoints: ['dist/sdk/index.js'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    conditions: ['browser', 'module'],
    external: ['wasi:*', 'qingtian:*', 'webclave:*', 'node:*'],
    logLevel: 'silent',
  })
  const inputs = Object.keys(metafile.inputs)
  const packages = inputs.flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(path) ?? [])
  const modules = (await readdir(join(project, 'dist/guest-modules'))).filter((name) =>
    /\.(?:c?js|json)$/.test(name),
  )
  const paths = [
    ...inputs,
    ...modules.map((name) => `dist/guest-modules/${name}`),
    ...new Set(packages.map((folder) => `${folder}package.json`)),
  ]
  const files = new Map<string, Uint8Array>()
  for (const path of paths) files.set(path, await readFile(join(project, path)))
  // Its name and version name the modules of the release in a bundle.
  const { name, version, type, exports } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))
  return files.set('package.json', new TextEncoder().encode(JSON.stringify({ name, version, type, exports })))
}

/** The declarations for the language service; names in an archive are relative. */
function declarationFiles(): Map<string, Uint8Array> {
  const encoder = new TextEncoder()
  return new Map([...collectDeclarations()].map(([path, text]) => [path.slice(1), encoder.encode(text)]))
}

/** TypeScript's parts for Node, which are not reached in a browser. */
const ONLY_IN_NODE: ReadonlySet<string> = new Set([
  'crypto',
  'fs',
  'inspector',
  'os',
  'path',
  'perf_hooks',
  'source-map-support',
])
const TYPESCRIPT = /typescript-6[^?]*typescript\.js$/
/** A list of names in TypeScript, which is for imports of Node's modules. */
const NODE_NAME = /^ {2}"node:[\w/]+",?$/gm

/** Put it before other plugins that resolve modules of Node. It does nothing in the bundles of other Workers. */
export function compilerFiles(): Plugin {
  let isOurs = false
  return {
    name: 'webclave-compiler-files',
    enforce: 'pre',
    buildStart({ input }) {
      isOurs = Object.values(input).some((entry) => entry.startsWith(`${compiler}/`))
    },
    resolveId(id, importer) {
      if (id.startsWith(VIRTUAL)) return `\0${id}`
      if (!isOurs) return undefined
      if (id.endsWith(ARTEFACTS) && importer !== standIn('artefacts')) return standIn('artefacts')
      if (id === ONLY_WITH_FOLDERS) return EMPTY
      if (importer && TYPESCRIPT.test(importer) && ONLY_IN_NODE.has(id)) return EMPTY
      return STAND_INS[id]
    },
    transform: (code, id) =>
      TYPESCRIPT.test(id) ? { code: code.replace(NODE_NAME, ''), map: null } : undefined,
    async load(id) {
      if (id === EMPTY) return 'export default {}'
      if (!id.startsWith(`\0${VIRTUAL}`)) return undefined
      const name = basename(id)
      const bytes = await compressedAsset(name)
      // Not `.gz`, for which some hosts send headers that make the browser decompress it.
      const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 8)
      const fileName = `assets/${name}-${hash}.bin`
      this.emitFile({ type: 'asset', fileName, source: bytes })
      // The Worker's script is in the same folder.
      const url = `new URL(/* @vite-ignore */ ${JSON.stringify(`./${basename(fileName)}`)}, import.meta.url).href`
      return `export default { url: ${url}, size: ${bytes.length} }`
    },
  }
}
