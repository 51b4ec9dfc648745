/**
 * dist/wasm-tools/: the wasm-tools that are part of jco, bundled; and the archive of what turns a core module into a
 * component: each world of webclave, encoded as the custom section that wasm-tools expects, and the adapters that
 * implement WASI preview 1 on top of it.
 */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { writeArchive } from '../src/image/eif/cpio.ts'

const VENDOR = 'node_modules/@bytecodealliance/jco-transpile/vendor/wasm-tools'
const ADAPTERS = 'node_modules/@bytecodealliance/jco/lib/wasi_snapshot_preview1'
const WORLDS = ['enclave', 'imports']
const EMPTY_MODULE = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00)
const PACKAGE_LINE = /^package ([^;]+);$/m

/** wit/ as one text: webclave's package, and each dependency in its own block. */
export async function joinWit(wit: string): Promise<string> {
  return [await ownWit(wit), ...(await dependencyBlocks(wit))].join('\n')
}

/** guests/engine/engine.wit as one text, with webclave's package and each dependency in its own block. */
export async function joinEngineWit(root: string): Promise<string> {
  const wit = join(root, 'wit')
  const engine = await readFile(join(root, 'guests/engine/engine.wit'), 'utf8')
  return [engine, asBlock(await ownWit(wit)), ...(await dependencyBlocks(wit))].join('\n')
}

async function ownWit(wit: string): Promise<string> {
  const names = (await readdir(wit)).filter((name) => name.endsWith('.wit')).sort()
  const [first, ...rest] = await Promise.all(names.map((name) => readFile(join(wit, name), 'utf8')))
  return [first, ...rest.map((text) => text.replace(PACKAGE_LINE, ''))].join('\n')
}

async function dependencyBlocks(wit: string): Promise<string[]> {
  const names = (await readdir(join(wit, 'deps'))).sort()
  return Promise.all(
    names.map(async (name) => asBlock(await readFile(join(wit, 'deps', name, 'package.wit'), 'utf8'))),
  )
}

const asBlock = (text: string) =>
  `package ${PACKAGE_LINE.exec(text)![1]} {\n${text.replace(PACKAGE_LINE, '')}\n}`

/** Writes everything to `dist`. `shared` are the options with which all tools of jco are bundled. */
export async function buildWasmTools(root: string, dist: string, shared: BuildOptions): Promise<void> {
  const folder = join(dist, 'wasm-tools')
  await mkdir(folder, { recursive: true })
  await build({ ...shared, entryPoints: [`${VENDOR}.js`], outfile: join(folder, 'wasm-tools.js') })
  for (const part of ['core.wasm', 'core2.wasm']) {
    await cp(join(root, `${VENDOR}.${part}`), join(folder, `wasm-tools.${part}`))
  }
  const vendor = await import(join(root, `${VENDOR}.js`))
  await vendor.$init
  const witSource = await joinWit(join(root, 'wit'))
  const parts = new Map<string, Uint8Array>()
  for (const world of WORLDS) {
    const embedded: Uint8Array = vendor.tools.componentEmbed({ binary: EMPTY_MODULE, witSource, world })
    parts.set(`${world}.section`, embedded.slice(EMPTY_MODULE.length))
  }
  for (const kind of ['command', 'reactor']) {
    parts.set(`${kind}.wasm`, new Uint8Array(await readFile(join(root, `${ADAPTERS}.${kind}.wasm`))))
  }
  await writeFile(join(folder, 'worlds.cpio'), writeArchive(parts))
}
