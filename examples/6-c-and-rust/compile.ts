/** Compiles the guests: C by `qt enclave cc`, Rust with the crates of the package. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Language = 'c' | 'rust'

const packageFolder = dirname(fileURLToPath(import.meta.resolve('webclave/package.json')))
const build = join(import.meta.dirname, 'build')

/** Runs a compiler in the folder of the sources, so that no path of this machine is in the module. */
function run(command: string, ...args: string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: build, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${command} failed`, { cause: error })
}

/** The first of `candidates` for which `isThere`. */
function find<Candidate>(
  candidates: readonly Candidate[],
  isThere: (one: Candidate) => boolean,
  hint: string,
): Candidate {
  const found = candidates.find(isThere)
  if (found === undefined) throw new Error(`the compiler is missing: ${hint}`)
  return found
}

const output = (command: string, ...args: string[]) =>
  spawnSync(command, args, { encoding: 'utf8' }).stdout?.trim() ?? ''

function compileC(): void {
  const qt = join(packageFolder, 'bin/qt')
  run(qt, 'enclave', 'cc', '-O2', '-Wall', '-Werror', '-o', 'c.wasm', 'main.c', 'shout.c')
}

function compileRust(): void {
  const all = [
    { cargo: '/usr/bin/cargo', rustc: '/usr/bin/rustc' },
    { cargo: 'cargo', rustc: 'rustc' },
  ].flatMap((each) => ['wasm32-wasip1', 'wasm32-wasi'].map((target) => ({ ...each, target })))
  const { cargo, rustc, target } = find(
    all,
    (one) =>
      output(one.cargo, '--version') !== '' &&
      existsSync(output(one.rustc, '--print', 'target-libdir', '--target', one.target) || '/nowhere'),
    'apt-get install cargo rustc libstd-rust-dev-wasm32 lld, or rustup target add wasm32-wasip1',
  )
  process.env['RUSTC'] = rustc
  run(cargo, 'rustc', '--quiet', '--release', '--target', target, '--', '-D', 'warnings')
  copyFileSync(join(build, 'target', target, 'release/rust.wasm'), join(build, 'rust.wasm'))
}

/** Compiles the guest in `language`; the path of the module. */
export function compile(language: Language): string {
  cpSync(join(import.meta.dirname, 'guest'), build, { recursive: true })
  cpSync(join(packageFolder, 'guests/rust'), join(build, 'crates'), { recursive: true })
  if (language === 'c') compileC()
  else compileRust()
  return join(build, `${language}.wasm`)
}
