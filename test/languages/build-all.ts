/**
 * Run by reproducible.test.ts in its own process: builds an image of each kind of guest in the folder GUESTS, compiling
 * it there if necessary, into the folder OUT; prints the environment that could affect the build.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { COMPILED_GUESTS, compile } from '../../scripts/compiled-guests.ts'
import { findCompiler } from '../../scripts/compilers.ts'
import { buildImage } from '../../src/image/index.ts'

const [guests, out] = process.argv.slice(2) as [string, string]
const SCRIPTS = ['echo', 'attest']

async function build(name: string, path: string): Promise<void> {
  const { eif } = await buildImage({ app: { path }, name })
  await writeFile(join(out, `${name}.eif`), eif)
}

await mkdir(out, { recursive: true })
for (const name of SCRIPTS) await build(name, join(guests, name))
// One guest for each compiler, or all of them in the long test run.
const seen = new Set<string>()
const chosen = COMPILED_GUESTS.filter(({ compiler }) => {
  const isFirst = !seen.has(compiler)
  seen.add(compiler)
  return isFirst || process.env['WEBCLAVE_LONG'] !== undefined
})
for (const guest of chosen) {
  const compiler = await findCompiler(guest.compiler)
  if (!compiler) continue
  const module = join(out, `${guest.name}.wasm`)
  await compile(guest, compiler, module, { folder: join(guests, basename(guest.folder)) })
  await build(guest.name, module)
}

const source = await readFile(join(guests, 'echo/index.ts'))
console.log(
  JSON.stringify({
    directory: process.cwd(),
    offset: new Date(0).getTimezoneOffset(),
    locale: process.env['LC_ALL'],
    mask: process.umask(),
    source: source.length,
  }),
)
