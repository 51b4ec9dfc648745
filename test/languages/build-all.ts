/**
 * Run as a process of its own by reproducible.test.ts: builds an image of each kind of guest in the folder GUESTS,
 * compiling what needs it from there, into the folder OUT; prints what its surroundings are.
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
// One of each compiler's, for each compiles in one way; all of them where there is time.
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
