/** `npm run compile`: compiles guest/ with cargo, and its unit tests for this machine. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const root = import.meta.dirname

/** Debian's first, because others on the PATH may not have the library of the target. */
const CARGOS = [
  { cargo: '/usr/bin/cargo', rustc: '/usr/bin/rustc' },
  { cargo: 'cargo', rustc: 'rustc' },
]
const TARGETS = ['wasm32-wasip1', 'wasm32-wasi']

const outputOf = (command: string, ...args: string[]) =>
  spawnSync(command, args, { encoding: 'utf8' }).stdout?.trim() ?? ''

const found = CARGOS.filter(({ cargo }) => outputOf(cargo, '--version') !== '')
  .flatMap((each) => TARGETS.map((target) => ({ ...each, target })))
  .find(({ rustc, target }) => {
    const library = outputOf(rustc, '--print', 'target-libdir', '--target', target)
    return library !== '' && existsSync(library)
  })
if (!found) {
  console.error(`cargo for WebAssembly is missing.
Debian, Ubuntu: apt-get install cargo rustc libstd-rust-dev-wasm32 lld
with rustup: rustup target add wasm32-wasip1`)
  process.exit(1)
}
const { cargo, rustc, target } = found

/** In the project's folder, so that no path of this machine is in the module. */
function run(command: string, ...args: string[]): void {
  const env = { ...process.env, RUSTC: rustc }
  if (spawnSync(command, args, { cwd: root, env, stdio: 'inherit' }).status !== 0) process.exit(1)
}

mkdirSync(join(root, 'build'), { recursive: true })
const options = ['--release', '--target', target, '--target-dir', 'build/cargo']
run(cargo, 'rustc', '--quiet', '--bin', 'guest', ...options, '--', '-D', 'warnings')
copyFileSync(join(root, 'build/cargo', target, 'release/guest.wasm'), join(root, 'build/guest.wasm'))
run(rustc, '--test', '-o', 'build/unit-tests', 'guest/shout.rs')
