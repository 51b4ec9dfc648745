/**
 * Builds guests/engine/crypto.wasm, the compiled cryptography of the JavaScript engine, and the record of its digest:
 * `npm run build:crypto`. The same compiler gives the same bytes; `--check` writes nothing, and fails if the bytes
 * differ from the committed ones. Needs Debian's clang and lld, and apt for the sources.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findCompiler } from './compilers.ts'
import { BEARSSL, LIBSODIUM, type Library, MBEDTLS, obtainSources } from './crypto-sources.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const engine = join(root, 'guests/engine')
const own = join(engine, 'crypto')
const cache = join(root, '.cache/crypto')
const libraries = [BEARSSL, LIBSODIUM, MBEDTLS]
const OWN_FILES = [
  'crypto',
  'ec',
  'ed25519',
  'rsa',
  'primes',
  'p384',
  'modes',
  'montymul',
  'gcm',
  'aes-wide',
  'ghash-wide',
  'freestanding',
  'tls/aes',
  'tls/curves',
  'tls/platform',
  'tls/tls',
].map((name) => `${name}.c`)

/** The stack length, below which an overflow runs out of the memory and traps, and the memory's maximum. */
const STACK_LENGTH = 65536
const MAX_MEMORY = 64 * 1024 * 1024

const FLAGS = [
  '--target=wasm32',
  '-O3',
  '-msimd128',
  '-mbulk-memory',
  '-ffreestanding',
  '-nostdlib',
  '-ffunction-sections',
  '-fdata-sections',
  // libsodium's configuration: a release build on a little-endian machine.
  '-DCONFIGURED=1',
  '-DNATIVE_LITTLE_ENDIAN=1',
  '-DMBEDTLS_CONFIG_FILE="tls/config.h"',
]
const LINKER_FLAGS = [
  '--no-entry',
  '--strip-all',
  '--gc-sections',
  '--stack-first',
  `--max-memory=${MAX_MEMORY}`,
  `-zstack-size=${STACK_LENGTH}`,
  // See guests/engine/crypto/tls/curves.c.
  '--wrap=mbedtls_ecp_mul',
  '--wrap=mbedtls_ecp_mul_restartable',
]

/** Only these folders: clang would run a `wasm-opt` from elsewhere on the PATH, which would change its output. */
const env = { PATH: '/usr/bin:/bin' }

const includesOf = ({ folder, includes }: Library) =>
  includes.flatMap((path) => ['-isystem', join(cache, folder, path)])
const filesOf = ({ folder, files }: Library) => files.map((path) => join(cache, folder, path))

const compiler = await findCompiler('clang')
if (!compiler) process.exit(1)
await obtainSources(libraries, cache)
const clang = (...words: string[]) =>
  promisify(execFile)(
    compiler.command,
    [
      ...FLAGS,
      '-isystem',
      join(own, 'include'),
      '-I',
      own,
      '-I',
      join(own, 'tls'),
      ...libraries.flatMap(includesOf),
      ...words,
    ],
    { cwd: own, env },
  )
const objects = OWN_FILES.map((name) => join(cache, `${name.replace('/', '-')}.o`))
for (const [index, object] of objects.entries()) {
  await clang('-Wall', '-Wextra', '-Werror', '-c', '-o', object, OWN_FILES[index]!)
}
const out = join(cache, 'crypto.wasm')
const linkerFlags = `-Wl,${LINKER_FLAGS.join(',')}`
// Warnings about library code are suppressed.
await clang('-w', linkerFlags, '-o', out, ...objects, ...libraries.flatMap(filesOf))
const module = await readFile(out)
await rm(out)
const sha384 = createHash('sha384').update(module).digest('hex')
if (process.argv.includes('--check')) {
  const kept = JSON.parse(await readFile(join(engine, 'crypto.json'), 'utf8')) as { sha384: string }
  if (kept.sha384 !== sha384) throw new Error(`built ${sha384}, committed ${kept.sha384}`)
} else {
  const sources = libraries.map(({ archive, sha256, licence }) => ({ archive, sha256, licence }))
  const record = { sha384, compiler: compiler.version.split('\n')[0], sources }
  await writeFile(join(engine, 'crypto.wasm'), module)
  await writeFile(join(engine, 'crypto.json'), `${JSON.stringify(record, null, 2)}\n`)
}
console.log(`guests/engine/crypto.wasm: ${module.byteLength} bytes, SHA-384 ${sha384}`)
