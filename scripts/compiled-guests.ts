/**
 * The guests of guests/ that a compiler must make: what each is made of, by which compiler, and how. What was
 * compiled is kept in .cache/ under a digest of sources, command and compiler, so that only changes cost time.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Compiler, type CompilerName, findCompiler } from './compilers.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, '.cache/guests')

/** A guest that has to be compiled. */
export interface CompiledGuest {
  readonly name: string
  readonly compiler: CompilerName
  /** Where its sources are. The compiler runs there: no path of the machine is among its words. */
  readonly folder: string
  /** The compiler's words; the core module goes to `out`. */
  words(out: string, compiler: Compiler): readonly string[]
}

/** A freestanding C program. */
function inC(name: string): CompiledGuest {
  const flags = ['--target=wasm32', '-O2', '-Wall', '-Werror', '-nostdlib', '-Wl,--no-entry,--strip-all']
  return {
    name: `${name}-c`,
    compiler: 'clang',
    folder: join(root, 'guests/c'),
    words: (out) => [...flags, '-o', out, `${name}.c`],
  }
}

/** Every compiled guest. */
export const COMPILED_GUESTS: readonly CompiledGuest[] = [
  inC('echo'),
  inC('sink'),
  inC('source'),
  inC('registers'),
  {
    name: 'echo-rust',
    compiler: 'rustc',
    folder: join(root, 'guests/rust'),
    words: (out, { target }) => ['--target', target, '-O', '-C', 'strip=symbols', '-o', out, 'echo.rs'],
  },
  {
    name: 'echo-assemblyscript',
    compiler: 'asc',
    folder: join(root, 'guests/assemblyscript'),
    words: (out) => [
      'assembly/echo.ts',
      '-O',
      '--use',
      'abort=',
      '--transform',
      './world-exports.js',
      '-o',
      out,
    ],
  },
]

/** The core module of the guest `name`: its path; undefined where its compiler is left out. */
export async function compiledGuest(name: string): Promise<string | undefined> {
  const guest = COMPILED_GUESTS.find((each) => each.name === name)
  if (!guest) throw new Error(`there is no compiled guest ${name}`)
  const compiler = await findCompiler(guest.compiler)
  if (!compiler) return undefined
  const path = join(cache, `${name}-${await digestOf(guest, compiler)}.wasm`)
  if (await readFile(path).catch(() => undefined)) return path
  await mkdir(cache, { recursive: true })
  // Others may compile the same: each its own file, and the last takes the place.
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
  await promisify(execFile)(compiler.command, guest.words(out, compiler), { cwd: folder, env })
}

async function digestOf(guest: CompiledGuest, compiler: Compiler): Promise<string> {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([guest.words('', compiler), compiler.version]))
  for (const file of (await readdir(guest.folder, { recursive: true, withFileTypes: true })).sort(byPath)) {
    if (file.isFile())
      hash.update(`\0${file.name}\0`).update(await readFile(join(file.parentPath, file.name)))
  }
  return hash.digest('hex').slice(0, 16)
}

function byPath(
  left: { parentPath: string; name: string },
  right: { parentPath: string; name: string },
): number {
  const [one, other] = [join(left.parentPath, left.name), join(right.parentPath, right.name)]
  return one < other ? -1 : one > other ? 1 : 0
}
