/** A missing compiler is reported, and with CI set it is an error. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findCompiler } from '../../scripts/compilers.ts'

const compilers = new URL('../../scripts/compilers.ts', import.meta.url).href
const SCRIPT = `const { findCompiler } = await import('${compilers}')
console.log(await findCompiler('clang') === undefined ? 'none' : 'found')`

let empty: string
beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'webclave-no-compilers-'))
})
afterAll(() => rm(empty, { recursive: true }))

/** Looks for clang in an environment without any programs, so that it cannot be installed either. */
const findClang = (env: Record<string, string>) =>
  promisify(execFile)(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    env: { PATH: empty, ...env },
  })

it('is reported with the command that installs it', async () => {
  const { stdout, stderr } = await findClang({})
  expect(stdout).toBe('none\n')
  expect(stderr).toBe(
    'LEFT OUT: clang is missing, and so are the guests that it compiles; to have them: apt-get install clang lld\n',
  )
})

it('is an error with CI set', async () => {
  await expect(findClang({ CI: 'true' })).rejects.toThrow(
    /with CI set none may be: apt-get install clang lld/,
  )
})

it('does not affect the compiler that npm installs, which is found with its version', async () => {
  expect((await findCompiler('asc'))?.version).toMatch(/\d+\.\d+\.\d+/)
})
