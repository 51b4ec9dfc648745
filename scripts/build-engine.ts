/**
 * Builds guests/engine/engine.wasm, the component that evaluates TypeScript applications, and the record of its digest:
 * `npm run build:engine`. QuickJS-ng and guests/engine/runtime are compiled; then the engine's own JavaScript
 * (guests/engine/engine.js) is evaluated once, and what memory holds then is what every enclave starts from. The same
 * sources and compiler make the same bytes; with `--check` nothing is written, and the bytes must be those that are
 * kept. Needs Debian's clang, lld and wasi-libc.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools'
import { findCompiler } from './compilers.ts'
import { engineBindings } from './engine-bindings.ts'
import { bundleScript } from './engine-script.ts'
import { obtainQuickjs, QUICKJS } from './engine-sources.ts'
import { joinEngineWit } from './wasm-tools.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const engine = join(root, 'guests/engine')
const runtime = join(engine, 'runtime')
const cache = join(root, '.cache/engine')
const OWN_FILES = [
  'engine.c',
  'values.c',
  'text.c',
  'messages-read.c',
  'messages-write.c',
  'memory.c',
  'libc.c',
]

const FLAGS = ['--target=wasm32-wasi', '-O3', '-msimd128', '-mbulk-memory', '-D_GNU_SOURCE', '-DNDEBUG']
const SYSROOT = '/usr/lib/wasm32-wasi'
/** The largest memory that admission knows. */
const MAX_MEMORY = 65535 * 65536

/** Only these folders, so that no other compiler or linker on the PATH is used. */
const env = { PATH: '/usr/bin:/bin' }

/** Compiles one file, and returns the path of what was made. */
async function compile(clang: string, file: string, includes: readonly string[], flags: readonly string[]) {
  const object = join(cache, `${basename(file, '.c')}.o`)
  const words = includes.flatMap((folder) => ['-isystem', folder])
  // From its own folder, so that no path of this machine gets into the object.
  const options = { env, cwd: dirname(file) }
  await run(clang, [...FLAGS, ...flags, ...words, '-c', '-o', object, basename(file)], options)
  return object
}

/** Bytes as a C array. */
const asArray = (name: string, type: string, bytes: Uint8Array) =>
  `static ${type} ${name}[] = {${bytes.join(',')}};\n`

/** Links objects and the C library into a module without a command. */
async function link(clang: string, name: string, objects: readonly string[]) {
  const ask = async (question: string) =>
    (await run(clang, ['--target=wasm32-wasi', question], { env })).stdout.trim()
  const module = join(cache, name)
  await run(
    await ask('-print-prog-name=wasm-ld'),
    [
      ...['--entry=_initialize', '--stack-first', '--gc-sections', '--strip-all'],
      ...['-z', `stack-size=${stackLength}`, `--max-memory=${MAX_MEMORY}`],
      ...[join(SYSROOT, 'crt1-reactor.o'), '-o', module, ...objects, `-L${SYSROOT}`, '-lc', '-lm'],
      await ask('-print-libgcc-file-name'),
    ],
    { env },
  )
  return module
}

/** Runs guests/engine/runtime/compiler.c: the bytecode of the engine's script. */
async function compileScript(path: string): Promise<Uint8Array> {
  const module = new WebAssembly.Module(await readFile(path))
  const stubs: Record<string, Record<string, () => number>> = {}
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    stubs[from] = { ...stubs[from], [name]: () => 0 }
  }
  const { exports } = new WebAssembly.Instance(module, stubs)
  const { _initialize, compile, memory } = exports as {
    _initialize(): void
    compile(): number
    memory: WebAssembly.Memory
  }
  _initialize()
  const result = compile()
  if (result === 0) throw new Error('the script of the engine cannot be compiled')
  const [at, length] = new Uint32Array(memory.buffer, result, 2) as unknown as [number, number]
  return new Uint8Array(memory.buffer, at, length).slice()
}

const found = await findCompiler('wasi')
if (!found) process.exit(1)
const clang = found.command
const source = await obtainQuickjs(cache)
const stackLength = /STACK_LENGTH (\d+)/.exec(await readFile(join(runtime, 'stack.h'), 'utf8'))![1]!
const witSource = await joinEngineWit(root)
await mkdir(cache, { recursive: true })
await writeFile(join(cache, 'bindings.h'), await engineBindings(witSource))
const { script, libraries: packages } = await bundleScript(root)
await writeFile(
  join(cache, 'script.h'),
  asArray('script', 'const char', new TextEncoder().encode(`${script}\0`)),
)
const libraries: string[] = []
for (const name of QUICKJS.files) libraries.push(await compile(clang, join(source, name), [], ['-w']))
const compileOwn = (name: string) =>
  compile(clang, join(runtime, name), [source, cache], ['-Wall', '-Wextra', '-Werror'])
const compiler = await link(clang, 'compiler.wasm', [await compileOwn('compiler.c'), ...libraries])
const bytecode = await compileScript(compiler)
await writeFile(join(cache, 'bytecode.h'), asArray('bytecode', 'unsigned char', bytecode))
const objects: string[] = []
for (const name of OWN_FILES) objects.push(await compileOwn(name))
const module = await link(clang, 'module.wasm', [...objects, ...libraries])
const initialized = join(cache, 'initialized.wasm')
// It has no types, and is a path.
const { default: wizer } = (await import('@bytecodealliance/wizer' as string)) as { default: string }
await run(wizer, [
  ...['--init-func', 'wizer-initialize', '--wasm-bulk-memory', 'true', '--wasm-simd', 'true'],
  ...[module, '-o', initialized],
])
const binary = new Uint8Array(await readFile(initialized))
const embedded = await componentEmbed({ binary, witSource, world: 'engine' } as never)
const component: Uint8Array = await componentNew(embedded)
const sha384 = createHash('sha384').update(component).digest('hex')
if (process.argv.includes('--check')) {
  const kept = JSON.parse(await readFile(join(engine, 'engine.json'), 'utf8')) as { sha384: string }
  if (kept.sha384 !== sha384) throw new Error(`built ${sha384}, kept ${kept.sha384}`)
} else {
  const { archive, sha256, licence } = QUICKJS
  const record = {
    sha384,
    compiler: found.version.split('\n')[0],
    sources: [{ archive, sha256, licence }],
    packages: packages.map(({ name, version, licence }) => ({ name, version, licence })),
  }
  await writeFile(join(engine, 'engine.wasm'), component)
  const notices = [
    { title: archive, notice: await readFile(join(source, '../../share/doc/qjs-src/copyright'), 'utf8') },
    ...packages.map(({ name, version, notice }) => ({ title: `${name} ${version}`, notice })),
  ]
  await writeFile(
    join(engine, 'LICENSES'),
    [
      'engine.wasm contains parts of these works.\n',
      ...notices.map(({ title, notice }) => `== ${title} ==\n\n${notice.trim()}\n`),
    ].join('\n'),
  )
  await writeFile(join(engine, 'engine.json'), `${JSON.stringify(record, null, 2)}\n`)
}
console.log(`guests/engine/engine.wasm: ${component.byteLength} bytes, SHA-384 ${sha384}`)
