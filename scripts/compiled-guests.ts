/**
 * The guests of guests/ that need a compiler: their sources, their compilers and the arguments. Compiled modules are
 * cached in .cache/ under a digest of sources, arguments and compiler.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Compiler, type CompilerName, findCompiler } from './compilers.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, '.cache/guests')

/** A guest that must be compiled. */
export interface CompiledGuest {
  readonly name: string
  readonly compiler: CompilerName
  /** The folder of its sources, in which the compiler runs, so that its arguments contain no path of this machine. */
  readonly folder: string
  /** The compiler's arguments, which write the core module to `out`. */
  args(out: string, compiler: Compiler): readonly string[]
  /** Files elsewhere that it is linked with. */
  readonly libraries?: readonly string[]
  /** A compiler that chooses the names of its output itself writes to the folder `out.target`, and the module there. */
  written?(compiler: Compiler): string
}

/** A freestanding C program. */
function inC(name: string): CompiledGuest {
  const flags = ['--target=wasm32', '-O2', '-Wall', '-Werror', '-nostdlib', '-Wl,--no-entry,--strip-all']
  return {
    name: `${name}-c`,
    compiler: 'clang',
    folder: join(root, 'guests/c'),
    args: (out) => [...flags, '-o', out, `${name}.c`],
  }
}

/** A C program with the library of guests/c/sdk. */
function withSdk(name: string): CompiledGuest {
  const flags = [
    '--target=wasm32-wasi',
    '-O2',
    '-Wall',
    '-Werror',
    '-B',
    'sdk/bin',
    '-isystem',
    'sdk/include',
  ]
  const linking = [
    '-Lsdk',
    '-lwebclave',
    '-Wl,--wrap=open,--wrap=__original_main,--gc-sections,--compress-relocations,--strip-all',
  ]
  return {
    name: `${name}-c`,
    compiler: 'wasi',
    folder: join(root, 'guests/c'),
    args: (out) => [...flags, '-o', out, `${name}.c`, ...linking],
  }
}

/** A program of the workspace in Rust, or one that the library for programs in C is linked with. */
function inRust(name: string, { withSdk = false } = {}): CompiledGuest {
  return {
    name: `${name}-rust`,
    compiler: 'cargo',
    folder: join(root, 'guests/rust'),
    args: (out, { target }) => [
      ...['build', '--quiet', '--release', '--locked', '--offline'],
      ...['--bin', name, '--target', target, '--target-dir', `${out}.target`],
      ...(withSdk ? ['--features', 'c-library'] : []),
    ],
    ...(withSdk && { libraries: [join(root, 'guests/c/sdk/libwebclave.a')] }),
    written: ({ target }) => `${target}/release/${name}.wasm`,
  }
}

function inAssemblyScript(name: string): CompiledGuest {
  const flags = ['-O', '--use', 'abort=', '--transform', './world-exports.js']
  return {
    name: `${name}-assemblyscript`,
    compiler: 'asc',
    folder: join(root, 'guests/assemblyscript'),
    args: (out) => [`assembly/${name}.ts`, ...flags, '-o', out],
  }
}

/** All compiled guests. */
export const COMPILED_GUESTS: readonly CompiledGuest[] = [
  inC('echo'),
  inC('sink'),
  inC('source'),
  inC('registers'),
  withSdk('echo-server'),
  withSdk('secret-signer'),
  inRust('echo'),
  inRust('probe'),
  inRust('secret-signer', { withSdk: true }),
  inRust('services', { withSdk: true }),
  inAssemblyScript('echo'),
  inAssemblyScript('module'),
]

/** The path of the core module of the guest `name`; undefined if its compiler is missing. */
export async function compiledGuest(name: string): Promise<string | undefined> {
  const guest = COMPILED_GUESTS.find((each) => each.name === name)
  if (!guest) throw new Error(`there is no compiled guest ${name}`)
  const compiler = await findCompiler(guest.compiler)
  if (!compiler) return undefined
  const path = join(cache, `${name}-${await digestOf(guest, compiler)}.wasm`)
  if (await readFile(path).catch(() => undefined)) return path
  await mkdir(cache, { recursive: true })
  // Other processes may compile the same guest: each writes its own file, and the last one remains.
  const draft = `${path}.${process.pid}`
  await compile(guest, compiler, draft)
  await rename(draft, path)
  return path
}

/** Compiles `guest` to `out`, from the sources in `folder` and with the variables of `env`. */
export async function compile(
  guest: CompiledGuest,
  compiler: Compiler,
  out: string,
  { folder = guest.folder, env = process.env }: { folder?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  await promisify(execFile)(compiler.command, guest.args(out, compiler), {
    cwd: folder,
    env: { ...env, ...compiler.env },
  })
  if (!guest.written) return
  const scratch = `${out}.target`
  await copyFile(join(scratch, guest.written(compiler)), out)
  await rm(scratch, { recursive: true })
}

async function digestOf(guest: CompiledGuest, compiler: Compiler): Promise<string> {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([guest.args('', compiler), compiler.version]))
  for (const file of (await readdir(guest.folder, { recursive: true, withFileTypes: true })).sort(byPath)) {
    if (file.isFile())
      hash.update(`\0${file.name}\0`).update(await readFile(join(file.parentPath, file.name)))
  }
  for (const library of guest.libraries ?? []) hash.update(await readFile(library))
  return hash.digest('hex').slice(0, 16)
}

function byPath(
  left: { parentPath: string; name: string },
  right: { parentPath: string; name: string },
): number {
  const [one, other] = [join(left.parentPath, left.name), join(right.parentPath, right.name)]
  return one < other ? -1 : one > other ? 1 : 0
}
