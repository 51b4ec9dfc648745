/**
 * dist/wasm-tools/: the wasm-tools that are part of jco, bundled; and the archive of what turns a core module into a
 * component: each world of webclave, encoded as the custom section that wasm-tools expects, and the adapters that
 * implement WASI preview 1 on top of it.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { writeArchive } from '../src/image/eif/cpio.ts'
import { writeCore } from './jco-tools.ts'

const VENDOR = 'node_modules/@bytecodealliance/jco-transpile/vendor/wasm-tools'
const ADAPTERS = 'node_modules/@bytecodealliance/jco/lib/wasi_snapshot_preview1'
const WORLDS = ['enclave', 'imports']
/** What a module of WASI preview 1 imports in place of `proc_exit` (src/image/build/exit-code.ts). */
const EXIT_WIT = `package webclave:exit;
world exit {
  import wasi:cli/exit@0.2.12;
}
package wasi:cli@0.2.12 {
  interface exit {
    exit: func(status: result);
    exit-with-code: func(status-code: u8);
  }
}`
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
  await writeCore(join(root, `${VENDOR}.core.wasm`), join(folder, 'wasm-tools.bin'))
  const vendor = await import(join(root, `${VENDOR}.js`))
  await vendor.$init
  const witSource = await joinWit(join(root, 'wit'))
  const parts = new Map<string, Uint8Array>()
  const embed = (world: string, source: string) => {
    const embedded: Uint8Array = vendor.tools.componentEmbed({
      binary: EMPTY_MODULE,
      witSource: source,
      world,
    })
    parts.set(`${world}.section`, embedded.slice(EMPTY_MODULE.length))
  }
  for (const world of WORLDS) embed(world, witSource)
  embed('exit', EXIT_WIT)
  for (const kind of ['command', 'reactor']) {
    parts.set(`${kind}.wasm`, new Uint8Array(await readFile(join(root, `${ADAPTERS}.${kind}.wasm`))))
  }
  await writeFile(join(folder, 'worlds.cpio'), writeArchive(parts))
}
