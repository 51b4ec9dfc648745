/** `npm run compile`: compiles guest/ with rustc, and its unit tests for this machine. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const guest = join(import.meta.dirname, 'guest')

/** Debian's first, because another one on the PATH may not have the library of the target. */
const RUSTCS = ['/usr/bin/rustc', 'rustc']
const TARGETS = ['wasm32-wasip1', 'wasm32-wasi']

/** Whether `rustc` has the standard library of `target`. */
function hasLibrary(rustc: string, target: string): boolean {
  const args = ['--print', 'target-libdir', '--target', target]
  const { status, stdout } = spawnSync(rustc, args, { encoding: 'utf8' })
  return status === 0 && existsSync(stdout.trim())
}

const found = RUSTCS.flatMap((rustc) => TARGETS.map((target) => ({ rustc, target }))).find(
  ({ rustc, target }) => hasLibrary(rustc, target),
)
if (!found) {
  console.error(`rustc for WebAssembly is missing.
Debian, Ubuntu: apt-get install rustc libstd-rust-dev-wasm32 lld
with rustup: rustup target add wasm32-wasip1`)
  process.exit(1)
}
const { rustc, target } = found

mkdirSync(join(import.meta.dirname, 'build'), { recursive: true })

/** In the folder of the sources, so that no path of this machine is in the module. */
function compile(...args: string[]): void {
  if (spawnSync(rustc, args, { cwd: guest, stdio: 'inherit' }).status !== 0) process.exit(1)
}

compile(
  '--target',
  target,
  '-O',
  '-D',
  'warnings',
  '-C',
  'strip=symbols',
  '-o',
  '../build/guest.wasm',
  'main.rs',
)
compile('--test', '-o', '../build/unit-tests', 'shout.rs')
