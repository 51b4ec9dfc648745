/**
 * Builds dist/: the JavaScript of src/, the kernel's script, jco's tools, the transpiled engine, and the list of
 * digests. Does nothing if no input has changed. The old dist/ stays complete until the new one replaces it, because a
 * program may be running from it.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, transform } from 'esbuild'
import { processScript } from '../src/hypervisor/process-script.ts'
import { collect, TRANSPILE_OPTIONS } from '../src/hypervisor/transpile.ts'
import { buildCommandLine } from './command-line.ts'
import { engineModules } from './engine-modules.ts'
import { buildGuestModules } from './guest-modules.ts'
import { toolOptions, writeCore } from './jco-tools.ts'
import { joinModules } from './joined-modules.ts'
import { bundleKernel } from './kernel-bundle.ts'
import { assertBrowsable, separateNode } from './node-only.ts'
import { plainImports } from './plain-imports.ts'
import { prune } from './prune.ts'
import { bundleServiceWorker } from './service-worker-bundle.ts'
import { buildTesting } from './testing-bundle.ts'
import { buildVendor } from './vendor.ts'
import { buildWasmTools } from './wasm-tools.ts'
import { withoutComments } from './without-comments.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'dist')
const cache = join(root, '.cache')
/** The folder in which this run builds, which replaces dist/ when it is complete. */
const dist = join(cache, `dist-${process.pid}`)
const STAMP = '.stamp'
const PROCESS = 'enclave-process.cjs'
const INPUTS = [
  'src',
  'guests/engine/engine.wasm',
  'guests/engine/crypto.wasm',
  'guests/c/sdk',
  'scripts',
  'wit',
  'package.json',
  'tsconfig.build.json',
]
const VENDOR = 'node_modules/@bytecodealliance/jco-transpile/vendor/js-component-bindgen-component'

const sha384 = (bytes: Uint8Array) => createHash('sha384').update(bytes).digest('hex')

/** The state of all inputs: names, sizes and modification times. */
async function inputState(): Promise<string> {
  const lines: string[] = []
  const visit = async (path: string) => {
    const entry = await stat(path)
    if (entry.isDirectory()) for (const name of (await readdir(path)).sort()) await visit(join(path, name))
    else lines.push(`${relative(root, path)} ${entry.size} ${entry.mtimeMs}`)
  }
  for (const input of INPUTS) await visit(join(root, input))
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

/** `npm test` checks the types; here each file is transpiled on its own. */
async function buildLibrary(): Promise<void> {
  await promisify(execFile)(
    join(root, 'node_modules/.bin/tsc'),
    ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', dist],
    { cwd: root },
  )
  await plainImports(dist)
  await withoutComments(dist)
  // The compiler writes the path of the declarations relative to this project instead of the package.
  const index = join(dist, 'sdk/index.d.ts')
  const declarations = await readFile(index, 'utf8')
  await writeFile(index, declarations.replace(/path="[^"]*wit\.d\.ts"/, 'path="./wit.d.ts"'))
  for (const name of ['wit', 'globals', 'globals-web', 'globals-streams', 'globals-crypto']) {
    await cp(join(root, `src/sdk/${name}.d.ts`), join(dist, `sdk/${name}.d.ts`))
  }
}

const TOOL = toolOptions(root)

async function buildTranspiler(): Promise<void> {
  await build({ ...TOOL, entryPoints: [`${VENDOR}.js`], outfile: join(dist, 'transpiler/transpiler.js') })
  await writeCore(join(root, `${VENDOR}.core.wasm`), join(dist, 'transpiler/transpiler.bin'))
}

/** A committed part of the engine, checked against its digest. */
async function keptPart(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const part = new Uint8Array(await readFile(join(root, `guests/engine/${name}.wasm`)))
  const record = JSON.parse(await readFile(join(root, `guests/engine/${name}.json`), 'utf8'))
  if (record.sha384 === sha384(part)) return part
  throw new Error(`guests/engine/${name}.wasm does not have the digest in ${name}.json`)
}

/** jco's glue creates an object for nearly every call, for a debug output that is never enabled here. */
function withoutDebugging(glue: string): string {
  const debug = '_debugLog('
  if (glue.includes(debug)) return glue.replaceAll(debug, 'console.debug(')
  throw new Error('the transpiler’s debug output is not in the known form')
}

async function buildEngine(): Promise<{ engine: Uint8Array; crypto: Uint8Array }> {
  const [engine, crypto] = [await keptPart('engine'), await keptPart('crypto')]
  await mkdir(join(dist, 'engine'), { recursive: true })
  const transpiler = await import(join(root, `${VENDOR}.js`))
  await transpiler.$init
  const { glue, modules } = collect(transpiler.generate(engine, TRANSPILE_OPTIONS).files)
  const { code } = await transform(withoutDebugging(glue), {
    minify: true,
    target: 'es2024',
    drop: ['console'],
  })
  await writeFile(join(dist, 'engine/engine.wasm'), engine)
  await writeFile(join(dist, 'engine/crypto.wasm'), crypto)
  await writeFile(join(dist, 'engine/glue.txt'), code)
  await writeFile(join(dist, 'engine/modules.cpio'), engineModules(engine, crypto, modules))
  return { engine, crypto }
}

/**
 * The program of an enclave's process: one file, the only one that the process may read. Node starts a script sooner
 * than a module.
 */
async function buildProcess(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/kernel/process-main.ts'],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node26',
    legalComments: 'none',
    tsconfigRaw: {},
    outfile: join(dist, PROCESS),
  })
  await writeFile(join(dist, 'enclave-process.sh'), processScript(PROCESS))
}

/** The program that prepares components, in a Worker of Node or of a page. */
async function buildPreparer(): Promise<void> {
  await build({
    ...TOOL,
    entryPoints: ['src/hypervisor/preparer-main.ts'],
    minify: false,
    tsconfigRaw: {},
    outfile: join(dist, 'preparer.js'),
  })
}

/** The headers and the library for programs in C, as a compiler and pkg-config find them. */
async function buildCSdk(): Promise<void> {
  const from = join(root, 'guests/c/sdk')
  for (const name of ['include', 'bin'])
    await cp(join(from, name), join(dist, 'c', name), { recursive: true })
  await cp(join(from, 'libwebclave.a'), join(dist, 'c/lib/libwebclave.a'))
  await cp(join(from, 'webclave.pc'), join(dist, 'c/lib/pkgconfig/webclave.pc'))
}

async function buildAll(state: string): Promise<void> {
  await mkdir(dist, { recursive: true })
  const { version, exports, imports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const [kernel, { engine, crypto }] = await Promise.all([
    bundleKernel(),
    buildEngine(),
    buildLibrary(),
    buildProcess(),
    buildCommandLine(root, dist),
    buildTranspiler(),
    buildPreparer(),
    buildGuestModules(root, dist),
    buildWasmTools(root, dist, TOOL),
  ])
  // Replaces what the compiler wrote there.
  await buildTesting(root, dist)
  await joinModules(root, dist)
  await buildVendor(root, dist)
  await separateNode(dist, imports)
  await assertBrowsable(dist, exports, imports)
  await prune(dist, { ...imports, ...exports })
  await buildCSdk()
  await cp(join(root, 'src/cli/templates'), join(dist, 'cli/templates'), { recursive: true })
  await writeFile(join(dist, 'kernel.txt'), kernel)
  await writeFile(join(dist, 'service-worker.js'), await bundleServiceWorker())
  // For bundlers that give its URL: it is a script, which exports nothing.
  await writeFile(join(dist, 'service-worker.d.ts'), 'export {}\n')
  const list = {
    kernel: { version, sha384: sha384(kernel) },
    engine: { sha384: sha384(engine) },
    crypto: { sha384: sha384(crypto) },
  }
  await writeFile(join(dist, 'artefacts.json'), `${JSON.stringify(list, null, 2)}\n`)
  await writeFile(join(dist, STAMP), state)
  const old = `${dist}-old`
  await rename(target, old).catch(() => {})
  await rename(dist, target)
  await rm(old, { recursive: true, force: true })
}

const state = await inputState()
if ((await readFile(join(target, STAMP), 'utf8').catch(() => '')) !== state) {
  try {
    await buildAll(state)
  } catch (error) {
    // Other parts may still be writing; what went wrong matters more.
    await rm(dist, { recursive: true, force: true, maxRetries: 10 }).catch(() => {})
    throw error
  }
}
