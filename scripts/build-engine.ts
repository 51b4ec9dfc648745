/**
 * Builds guests/engine/engine.wasm, the component that evaluates TypeScript applications, and the record of its digest:
 * `npm run build:engine`. The builder snapshots a heap that contains random seeds and the time; fixed ones are
 * substituted (`guests/engine/still-clock.c`), so that the same sources and packages give the same bytes. `--check`
 * writes nothing, and fails if the bytes differ from the committed ones. Needs Linux and clang.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findCompiler } from './compilers.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const engine = join(root, 'guests/engine')
const FLAGS = ['-shared', '-fPIC', '-O1', '-ffreestanding', '-nostdlib', '-fuse-ld=lld']

const compiler = await findCompiler('clang')
if (!compiler) process.exit(1)
const folder = await mkdtemp(join(tmpdir(), 'webclave-engine-'))
try {
  const library = join(folder, 'still-clock.so')
  await run(compiler.command, [...FLAGS, join(engine, 'still-clock.c'), '-o', library])
  const made = join(folder, 'engine.wasm')
  await run(process.execPath, [join(root, 'scripts/engine-component.ts'), made], {
    env: { ...process.env, LD_PRELOAD: library },
  })
  const component = await readFile(made)
  const sha384 = createHash('sha384').update(component).digest('hex')
  console.log(`guests/engine/engine.wasm: ${component.byteLength} bytes, SHA-384 ${sha384}`)
  if (process.argv.includes('--check')) {
    const kept = JSON.parse(await readFile(join(engine, 'engine.json'), 'utf8')) as { sha384: string }
    if (kept.sha384 !== sha384) throw new Error(`the committed engine differs: SHA-384 ${kept.sha384}`)
  } else {
    await writeFile(join(engine, 'engine.wasm'), component)
    await writeFile(join(engine, 'engine.json'), `${JSON.stringify({ sha384 }, null, 2)}\n`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
