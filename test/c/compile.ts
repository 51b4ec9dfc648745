/** Programs in C: compiled for enclaves with the library of guests/c/sdk, or for this machine. */
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Compiler, findCompiler } from '../../scripts/compilers.ts'
import { buildImage } from '../../src/image/index.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'webclave-c-'))

/** The command line of this project. */
export const QT: string = join(root, 'bin/qt')

/** Debian's clang with its C library for WASI; undefined if it is missing, which is said. */
export const clang: Compiler | undefined = await findCompiler('wasi')

/** The path of a program of `test/c/programs`, or of one in `guests`. */
export const program = (name: string): string =>
  join(root, name.includes('/') ? name : `test/c/programs/${name}.c`)

/** Compiles with `qt enclave cc`; the path of the module. */
export async function compileForEnclave(source: string, ...options: string[]): Promise<string> {
  const out = join(folder, `${basename(source, '.c')}.wasm`)
  await run(QT, ['enclave', 'cc', source, '-o', out, '-Wall', '-Wextra', '-Werror', ...options])
  return out
}

/** Compiles with this machine's compiler; the path of the program. */
export async function compileForThisMachine(source: string): Promise<string> {
  const out = join(folder, basename(source, '.c'))
  await run(clang!.command, [source, '-o', out, '-Wall'])
  return out
}

/** The image of a program. */
export async function imageOf(source: string, ...options: string[]): Promise<Uint8Array<ArrayBuffer>> {
  const { eif } = await buildImage({ app: { path: await compileForEnclave(source, ...options) } })
  return eif
}
