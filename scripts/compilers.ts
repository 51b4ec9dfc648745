/**
 * The compilers for guests/: finds each one, or installs Debian's package if it is missing and this is root on Debian,
 * or else reports that it is missing. With `CI` set a missing compiler is an error.
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdir, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/** An available compiler. */
export interface Compiler {
  readonly command: string
  /** The version that it prints; other compilers produce other bytes. */
  readonly version: string
  /** Rust's name of the available target. */
  readonly target: string
  /** Variables that it needs. */
  readonly env?: Readonly<Record<string, string>>
}

/** How to find a compiler, and the Debian packages that contain it. */
interface Recipe {
  readonly packages: readonly string[]
  find(): Promise<Compiler | undefined>
}

export type CompilerName = 'clang' | 'wasi' | 'cargo' | 'asc' | 'native'

const CLANGS = ['clang', 'clang-22', 'clang-19', 'clang-14']
/** Cargo and its rustc. Debian's first, because others on the PATH may not have the library for the target. */
const CARGOS = [
  { cargo: '/usr/bin/cargo', rustc: '/usr/bin/rustc' },
  { cargo: 'cargo', rustc: 'rustc' },
]
const RUST_TARGETS = ['wasm32-wasip1', 'wasm32-wasi']

const RECIPES: Readonly<Record<CompilerName, Recipe>> = {
  clang: {
    packages: ['clang', 'lld'],
    find: () =>
      first(CLANGS, async (command) => {
        // Without a linker it prints only the name.
        const linker = await outputOf(command, '-print-prog-name=wasm-ld')
        return linker?.startsWith('/')
          ? { command, version: await versionOf(command), target: 'wasm32' }
          : undefined
      }),
  },
  wasi: {
    packages: ['clang', 'lld', 'wasi-libc', 'libclang-rt-dev-wasm32'],
    find: () =>
      first(CLANGS, async (command) => {
        const library = await outputOf(command, '--target=wasm32-wasi', '-print-libgcc-file-name')
        const isThere = library !== undefined && (await stat(library).catch(() => undefined))
        const libc = await stat('/usr/lib/wasm32-wasi/libc.a').catch(() => undefined)
        return isThere && libc
          ? { command, version: await versionOf(command), target: 'wasm32-wasi' }
          : undefined
      }),
  },
  cargo: {
    packages: ['cargo', 'rustc', 'libstd-rust-dev-wasm32', 'lld'],
    find: () =>
      first(CARGOS, ({ cargo, rustc }) =>
        first(RUST_TARGETS, async (target) => {
          const library = await outputOf(rustc, '--print', 'target-libdir', '--target', target)
          const there = library !== undefined && (await stat(library).catch(() => undefined))
          const versions = [await outputOf(cargo, '--version'), await outputOf(rustc, '--version')]
          return there && !versions.includes(undefined)
            ? { command: cargo, version: versions.join(), target, env: { RUSTC: rustc } }
            : undefined
        }),
      ),
  },
  native: {
    packages: ['g++', 'libc6-dev'],
    find: () =>
      first(['gcc'], async (command) => {
        // Without its sanitizers, or its part for C++, it prints only the name.
        const sanitizer = await outputOf(command, '-print-file-name=libasan.so')
        const plusPlus = await outputOf(command, '-print-prog-name=cc1plus')
        return sanitizer?.startsWith('/') && plusPlus?.startsWith('/')
          ? { command, version: await versionOf(command), target: 'native' }
          : undefined
      }),
  },
  asc: {
    packages: [],
    find: async () => {
      const command = join(root, 'node_modules/.bin/asc')
      return { command, version: await versionOf(command), target: 'wasm32' }
    },
  },
}

const found = new Map<CompilerName, Promise<Compiler | undefined>>()

/**
 * The compiler `name`, installed if possible; undefined if it is missing, which is reported once on standard error.
 * @throws {Error} if it is missing, with `CI` set
 */
export function findCompiler(name: CompilerName): Promise<Compiler | undefined> {
  const known = found.get(name) ?? findOrInstall(name)
  found.set(name, known)
  return known
}

async function findOrInstall(name: CompilerName): Promise<Compiler | undefined> {
  const { packages, find } = RECIPES[name]
  const compiler = (await find()) ?? (canInstall() ? await exclusively(() => install(name)) : undefined)
  if (compiler) return compiler
  const what = `${name} is missing, and so are the guests that it compiles`
  const hint = `apt-get install ${packages.join(' ')}`
  if (process.env['CI']) throw new Error(`${what}; with CI set none may be: ${hint}`)
  console.error(`LEFT OUT: ${what}; to have them: ${hint}`)
  return undefined
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0
}

/** Another process may have installed it meanwhile. */
async function install(name: CompilerName): Promise<Compiler | undefined> {
  const { packages, find } = RECIPES[name]
  const there = await find()
  if (there) return there
  console.error(`webclave: installing ${packages.join(', ')} (once)`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const words of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    await run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...words], { env }).catch((error: Error) =>
      console.error(`webclave: ${error.message.split('\n')[0]}`),
    )
  }
  return find()
}

const LOCK = join(root, '.cache/compilers.lock')
const LOCK_ATTEMPTS = 600

/** Runs `work` in one process at a time, and once at a time in this one. */
export async function exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
  await mkdir(join(root, '.cache'), { recursive: true })
  for (
    let attempt = 0;
    !(await mkdir(LOCK)
      .then(() => true)
      .catch(() => false));
    attempt++
  ) {
    if (attempt === LOCK_ATTEMPTS) throw new Error(`${LOCK} has been there for ten minutes; remove it`)
    await pause(1000)
  }
  try {
    return await work()
  } finally {
    await rmdir(LOCK)
  }
}

async function first<Candidate, Result>(
  candidates: readonly Candidate[],
  look: (candidate: Candidate) => Promise<Result | undefined>,
): Promise<Result | undefined> {
  for (const candidate of candidates) {
    const result = await look(candidate)
    if (result !== undefined) return result
  }
  return undefined
}

async function versionOf(command: string): Promise<string> {
  return (await outputOf(command, '--version')) ?? ''
}

/** A program's output; undefined if the program is missing or fails. */
async function outputOf(command: string, ...words: string[]): Promise<string | undefined> {
  return run(command, words).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
}
