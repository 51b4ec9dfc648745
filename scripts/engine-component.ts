/**
 * Builds the engine component and writes it to the given file. `build-engine.ts` runs this with a fixed clock, because
 * otherwise no two runs give the same bytes.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { componentize } from 'componentize-qjs'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const engine = join(root, 'guests/engine')
const wit = await mkdtemp(join(tmpdir(), 'webclave-engine-'))

/**
 * Copies WIT with `wasi:` renamed to `webclave:`. The snapshot links the runtime's real wasi:io and stubs every other
 * interface, and a stub that uses a resource of wasi:io does not link; one with another name does. The kernel has the
 * same implementation for both names.
 */
async function copyWit(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await writeFile(to, (await readFile(from, 'utf8')).replaceAll('wasi:', 'webclave:'))
}

try {
  await copyWit(join(engine, 'engine.wit'), join(wit, 'engine.wit'))
  for (const dependency of await readdir(join(root, 'wit/deps'))) {
    const file = join(dependency, 'package.wit')
    await copyWit(join(root, 'wit/deps', file), join(wit, 'deps', file))
  }
  for (const file of ['vsock.wit', 'qtsm.wit']) {
    await copyWit(join(root, 'wit', file), join(wit, 'deps/enclave', file))
  }

  const bundle = await build({
    absWorkingDir: root,
    entryPoints: [join(engine, 'engine.js')],
    bundle: true,
    format: 'esm',
    external: ['qingtian:*', 'webclave:*'],
    write: false,
  })
  const { component } = await componentize({
    witPath: wit,
    world: 'engine',
    jsSource: bundle.outputFiles[0]!.text,
  })
  await writeFile(process.argv[2]!, component)
} finally {
  await rm(wit, { recursive: true, force: true })
}
