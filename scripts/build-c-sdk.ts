/**
 * Builds guests/c/sdk/libwebclave.a, the library for enclave programs in C, and the record of its digest: `npm run
 * build:c-sdk`. The same compiler gives the same bytes; `--check` writes nothing, and fails if the bytes differ from the
 * committed ones. Needs Debian's clang, llvm and wasi-libc.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cryptoSources } from './c-sdk-crypto.ts'
import { findCompiler } from './compilers.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const sdk = join(root, 'guests/c/sdk')
const LIBRARY = join(sdk, 'libwebclave.a')
const RECORD = join(sdk, 'library.json')

/** A function that a program does not call is not linked, nor are its constants. */
const FLAGS = [
  ...['--target=wasm32-wasi', '-std=c11', '-Oz', '-ffunction-sections', '-fdata-sections'],
  // No path of this machine is in an object.
  `-ffile-prefix-map=${root}=`,
]
const WARNINGS = ['-Wall', '-Wextra', '-Werror']

async function sourcesIn(name: string): Promise<string[]> {
  const path = join(sdk, 'source', name)
  return (await readdir(path))
    .filter((file) => file.endsWith('.c'))
    .sort()
    .map((file) => join(path, file))
}

const compiler = await findCompiler('wasi')
if (!compiler) process.exit(1)
const run = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'webclave-c-'))
try {
  const { own, library: others, flags } = await cryptoSources()
  const sources = (await Promise.all(['.', 'document', 'service'].map(sourcesIn))).flat()
  const objects: string[] = []
  const compile = async (paths: readonly string[], ...options: string[]) => {
    for (const path of paths) {
      const object = join(folder, `${objects.length}-${basename(path)}.o`)
      await run(compiler.command, [...FLAGS, ...flags, ...options, '-c', path, '-o', object])
      objects.push(object)
    }
  }
  await compile([...sources, ...own], ...WARNINGS)
  await compile(others, '-w')
  const archive = join(folder, basename(LIBRARY))
  await mkdir(folder, { recursive: true })
  // Deterministic: without times and owners.
  await run('llvm-ar', ['rcsD', archive, ...objects])
  const library = await readFile(archive)
  const record = {
    sha384: createHash('sha384').update(library).digest('hex'),
    compiler: compiler.version,
  }
  console.log(`guests/c/sdk/libwebclave.a: ${library.length} bytes, SHA-384 ${record.sha384}`)
  if (process.argv.includes('--check')) {
    if (!library.equals(await readFile(LIBRARY))) throw new Error('the committed library is of other sources')
  } else {
    await writeFile(LIBRARY, library)
    await writeFile(RECORD, `${JSON.stringify(record, null, 2)}\n`)
  }
} finally {
  await rm(folder, { recursive: true })
}
