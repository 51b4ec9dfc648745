/** Scripts that become modules, with what V8 made of them before and without; in a Node that has modules of text. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { makeCode } from '../../src/platform/script-code.ts'
import { MODULE_FLAGS } from '../../src/platform/worker.ts'

const SCRIPT = 'export const answer = 6 * 7'
const MODULE = new URL('../../src/platform/script-module.ts', import.meta.url).href

/** What `script` exports as `answer` in a Node of its own, run with `code`; or what it fails with. */
function run(script: string, code?: Uint8Array): string {
  const words = [
    `import { compileScript } from ${JSON.stringify(MODULE)}`,
    `const code = ${code ? `Buffer.from(${JSON.stringify(Buffer.from(code).toString('base64'))}, 'base64')` : 'undefined'}`,
    `const told = await compileScript(${JSON.stringify(script)}, code)`,
    '  .then((start) => start()).then(({ answer }) => answer, ({ message }) => message)',
    'process.stdout.write(String(told))',
  ]
  return execFileSync(process.execPath, [...MODULE_FLAGS, '--input-type=module', '-e', words.join('\n')], {
    encoding: 'utf8',
  })
}

test('a script gives the same with its code cache and without', async () => {
  const code = await makeCode(SCRIPT, [])
  expect(code).toBeInstanceOf(Uint8Array)
  expect(code!.byteLength).toBeGreaterThan(100)
  expect([run(SCRIPT), run(SCRIPT, code)]).toEqual(['42', '42'])
})

test('an invalid code cache, or that of another script, is not used', async () => {
  expect(run(SCRIPT, Uint8Array.of(1, 2, 3))).toBe('42')
  const other = await makeCode('export const answer = "quite another"', [])
  expect(run(SCRIPT, other)).toBe('42')
})

test('a script imports nothing', () => {
  expect(run("import 'node:fs'")).toBe('imports are not allowed here')
})

test('no code cache is made of an invalid script', async () => {
  expect(await makeCode('this is no JavaScript', [])).toBeUndefined()
  expect(await makeCode(SCRIPT, ['--no-such-flag-of-anybody'])).toBeUndefined()
})
