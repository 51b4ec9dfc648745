/**
 * Builds the harness of the C SDK (`harness.c`): as a program of this machine, with sanitizers, and as WebAssembly. What was
 * built is cached in .cache/ under a digest of sources, arguments and compiler.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cryptoSources } from '../../../scripts/c-sdk-crypto.ts'
import { findCompiler } from '../../../scripts/compilers.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const cache = join(root, '.cache/c-sdk')
const own = join(root, 'test/c/kms')
const filesOf = (...names: string[]) => names.map((name) => join(own, `${name}.c`))
const SANITIZERS = '-fsanitize=address,undefined'
const OWN_FLAGS = ['-O1', '-g', '-Wall', '-Wextra', '-Werror', SANITIZERS, '-fno-sanitize-recover=all']
/** Undefined behaviour of others is not ours to find, and their integers may be unaligned. */
const LIBRARY_FLAGS = ['-O1', '-g', '-w', '-fsanitize=address']
const WRAPPED = '-Wl,--wrap=socket,--wrap=connect,--wrap=recv,--wrap=clock_gettime'
const WASM_FLAGS = [
  ...['--target=wasm32-wasi', '--sysroot=/usr', '-mexec-model=reactor', '-Oz', '-mbulk-memory', '-w'],
  ...['-ffunction-sections', '-fdata-sections', '-Wl,--gc-sections,--wrap=clock_gettime'],
]

const run = promisify(execFile)

/** The path of the harness; undefined if there is no compiler, which is reported. */
export async function buildHarness(): Promise<string | undefined> {
  const compiler = await findCompiler('native')
  if (!compiler) return undefined
  const sources = await cryptoSources()
  const own = [...sources.own, ...filesOf('harness', 'harness-network', 'loopback-native')]
  const all = [...own, ...sources.library]
  return once('harness', [compiler.version, OWN_FLAGS, LIBRARY_FLAGS, WRAPPED], all, async (folder) => {
    const compile = (files: readonly string[], flags: readonly string[]) =>
      run(compiler.command, [...sources.flags, ...flags, '-c', ...files], { cwd: folder })
    await Promise.all([compile(own, OWN_FLAGS), compile(sources.library, LIBRARY_FLAGS)])
    const objects = all.map((file) => `${file.split('/').at(-1)!.slice(0, -2)}.o`)
    await run(compiler.command, [SANITIZERS, WRAPPED, '-o', 'made', ...objects], { cwd: folder })
  })
}

/** The path of a program that verifies certificates (`programs/certificates.c`), as `buildHarness`. */
export async function buildCertificates(): Promise<string | undefined> {
  const compiler = await findCompiler('native')
  if (!compiler) return undefined
  const sources = await cryptoSources()
  const document = join(root, 'guests/c/sdk/source/document')
  const ours = [
    join(root, 'test/c/programs/certificates.c'),
    ...['certificate.c', 'der.c'].map((name) => join(document, name)),
  ]
  const all = [...ours, ...sources.library]
  return once('certificates', [compiler.version, OWN_FLAGS], all, async (folder) => {
    const flags = [...sources.flags, ...LIBRARY_FLAGS, '-Wl,--gc-sections']
    await run(compiler.command, [...flags, '-ffunction-sections', '-o', 'made', ...all], { cwd: folder })
  })
}

/** The path of the harness as WebAssembly; undefined if there is no compiler. */
export async function buildWasmHarness(): Promise<string | undefined> {
  const compiler = await findCompiler('wasi')
  if (!compiler) return undefined
  const sources = await cryptoSources()
  const files = sources.own.filter((file) => !file.endsWith('vsock-transport.c'))
  const all = [...files, ...filesOf('harness', 'harness-network', 'loopback-wasm'), ...sources.library]
  return once('wasm', [compiler.version, WASM_FLAGS], all, async (folder) => {
    const env = { PATH: '/usr/bin:/bin' }
    await run(compiler.command, [...sources.flags, ...WASM_FLAGS, '-o', 'made', ...all], { cwd: folder, env })
  })
}

/** Builds a file with `make`, which leaves it as `made` in a folder, unless it is there for the same sources. */
async function once(
  name: string,
  settings: unknown,
  files: readonly string[],
  make: (folder: string) => Promise<unknown>,
): Promise<string> {
  const headers = (await run('find', [join(root, 'guests/c/sdk'), own, '-name', '*.h'])).stdout
    .trim()
    .split('\n')
    .sort()
  const hash = createHash('sha256').update(JSON.stringify(settings))
  for (const file of [...files, ...headers]) hash.update(await readFile(file))
  const path = join(cache, `${name}-${hash.digest('hex').slice(0, 16)}`)
  if (await stat(path).catch(() => undefined)) return path
  // Other test files may build the same: each in its own folder, and the last one remains.
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(`${path}.`)
  await make(folder)
  await rename(join(folder, 'made'), path)
  await rm(folder, { recursive: true })
  return path
}
