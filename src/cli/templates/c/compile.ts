/** `npm run compile`: compiles guest/ with clang, and the module under test on its own. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const FLAGS = ['--target=wasm32', '-O2', '-Wall', '-Werror', '-nostdlib', '-Wl,--no-entry,--strip-all']
const guest = join(import.meta.dirname, 'guest')

/** Without a linker for WebAssembly, clang prints only its name. */
function hasLinker(clang: string): boolean {
  const { stdout } = spawnSync(clang, ['-print-prog-name=wasm-ld'], { encoding: 'utf8' })
  return stdout?.startsWith('/') ?? false
}

const clang = ['clang', 'clang-22', 'clang-19', 'clang-14'].find(hasLinker)
if (clang === undefined) {
  console.error(`clang for WebAssembly is missing.
Debian, Ubuntu: apt-get install clang lld
macOS: brew install llvm lld, and put $(brew --prefix llvm)/bin first on the PATH`)
  process.exit(1)
}

mkdirSync(join(import.meta.dirname, 'build'), { recursive: true })

/** In the folder of the sources, so that no path of this machine is in the module. */
function compile(out: string, sources: readonly string[], flags: readonly string[] = []): void {
  const args = [...FLAGS, ...flags, '-o', `../build/${out}`, ...sources]
  if (spawnSync(clang!, args, { cwd: guest, stdio: 'inherit' }).status !== 0) process.exit(1)
}

compile('guest.wasm', ['main.c', 'shout.c'])
compile('shout.wasm', ['shout.c'], ['-Wl,--export=shout,--export=__heap_base'])
