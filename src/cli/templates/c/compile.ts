/** `npm run compile`: compiles guest/ with the system's clang, and the module under test on its own. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const FLAGS = ['-O2', '-Wall', '-Wextra', '-Werror']

mkdirSync(join(import.meta.dirname, 'build'), { recursive: true })

/** In the folder of the sources, so that no path of this machine is in the module. */
function compile(out: string, sources: readonly string[], flags: readonly string[] = []): void {
  const words = ['enclave', 'cc', ...FLAGS, ...flags, '-o', `../build/${out}`, ...sources]
  const { status, error } = spawnSync('qt', words, {
    cwd: join(import.meta.dirname, 'guest'),
    stdio: 'inherit',
  })
  if (error) console.error('qt is missing: run npm install, and this by npm run compile')
  if (status !== 0) process.exit(1)
}

compile('guest.wasm', ['main.c', 'shout.c'])
compile('shout.wasm', ['shout.c'], ['-nostartfiles', '-Wl,--no-entry,--export=shout,--export=__heap_base'])
