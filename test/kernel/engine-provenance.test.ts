/** The committed engine is the one in its record, and can be reproduced from its sources, in any folder and at any time. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findCompiler } from '../../scripts/compilers.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const kept = await readFile(path('guests/engine/engine.wasm'))
const digest = createHash('sha384').update(kept).digest('hex')

test('the engine has the digest in its record', async () => {
  const record = JSON.parse(await readFile(path('guests/engine/engine.json'), 'utf8'))
  expect(record.sha384).toBe(digest)
})

// Compiling takes a minute, and needs the compiler of the record.
test.runIf(process.env['WEBCLAVE_LONG'])('the engine can be reproduced from its sources', async () => {
  await findCompiler('wasi')
  for (const cwd of [path('.'), tmpdir()]) {
    const script = path('scripts/build-engine.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--check'], { cwd })
    expect(stdout).toContain(`${kept.byteLength} bytes, SHA-384 ${digest}\n`)
  }
})
