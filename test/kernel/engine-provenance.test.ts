/**
 * The committed engine is what its sources and the pinned packages build, byte for byte, in any folder and at any time.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findCompiler } from '../../scripts/compilers.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const check = (cwd: string) =>
  promisify(execFile)(process.execPath, [path('scripts/build-engine.ts'), '--check'], { cwd })

test.runIf(process.platform === 'linux' && (await findCompiler('clang')))(
  'the engine can be reproduced from its sources',
  async () => {
    const kept = await readFile(path('guests/engine/engine.wasm'))
    const digest = createHash('sha384').update(kept).digest('hex')
    for (const { stdout } of [await check(path('.')), await check(tmpdir())]) {
      expect(stdout).toContain(`${kept.byteLength} bytes, SHA-384 ${digest}\n`)
    }
  },
)
