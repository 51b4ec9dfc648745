/**
 * Scripts that are compiled as modules, with and without V8's code cache, in a Node process with --experimental-vm-
 * modules.
 */
import { execFileSync } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import { makeCode } from '../../src/platform/script-code.ts'
import { MODULE_FLAGS } from '../../src/platform/worker.ts'

const SCRIPT = 'export const answer = 6 * 7'
const MAKER = new URL('../../src/platform/script-code.ts', import.meta.url).href
const MODULE = new URL('../../src/platform/script-module.ts', import.meta.url).href

/** Runs `script` with the code cache `code` in a new Node process; returns its export `answer`, or its error message. */
function run(script: string, code?: Uint8Array): string {
  const lines = [
    `import { compileScript } from ${JSON.stringify(MODULE)}`,
    `const code = ${code ? `Buffer.from(${JSON.stringify(Buffer.from(code).toString('base64'))}, 'base64')` : 'undefined'}`,
    `const answer = await compileScript(${JSON.stringify(script)}, code)`,
    '  .then((start) => start()).then(({ answer }) => answer, ({ message }) => message)',
    'process.stdout.write(String(answer))',
  ]
  return execFileSync(process.execPath, [...MODULE_FLAGS, '--input-type=module', '-e', lines.join('\n')], {
    encoding: 'utf8',
  })
}

test('a script has the same result with and without its code cache', async () => {
  const code = await makeCode(SCRIPT, [])
  expect(code).toBeInstanceOf(Uint8Array)
  expect(code!.byteLength).toBeGreaterThan(100)
  expect([run(SCRIPT), run(SCRIPT, code)]).toEqual(['42', '42'])
})

test('an invalid code cache, or one of another script, is not used', async () => {
  expect(run(SCRIPT, Uint8Array.of(1, 2, 3))).toBe('42')
  const other = await makeCode('export const answer = "quite another"', [])
  expect(run(SCRIPT, other)).toBe('42')
})

test('a script cannot import anything', () => {
  expect(run("import 'node:fs'")).toBe('imports are not allowed here')
})

test('an invalid script has no code cache', async () => {
  expect(await makeCode('this is not JavaScript', [])).toBeUndefined()
  expect(await makeCode(SCRIPT, ['--no-such-flag'])).toBeUndefined()
})

test('an application that contains Node is not started again to make one', async () => {
  const isSea = vi.spyOn(process.getBuiltinModule('node:sea'), 'isSea').mockReturnValue(true)
  expect(await makeCode(SCRIPT, [])).toBeUndefined()
  isSea.mockRestore()
  expect(await makeCode(SCRIPT, [])).toBeDefined()
})

test('a code cache is accepted in a process with flags of V8, whichever way it got them', () => {
  const lines = [
    `import { makeCode, ownOptions } from ${JSON.stringify(MAKER)}`,
    "import { SourceTextModule } from 'node:vm'",
    `const script = ${JSON.stringify(SCRIPT)}`,
    'const accepted = (cachedData) => {',
    '  try { new SourceTextModule(script, { cachedData }) } catch (error) { return error.code }',
    '  return true',
    '}',
    'const plain = await makeCode(script, [])',
    'const own = await makeCode(script, [], ownOptions())',
    'process.stdout.write(JSON.stringify([accepted(plain), accepted(own)]))',
  ]
  const options = ['--disallow-code-generation-from-strings', '--enable-source-maps', '--no-warnings']
  const program = [...MODULE_FLAGS, '--input-type=module', '-e', lines.join('\n')]
  const run = (words: string[], env: NodeJS.ProcessEnv) =>
    JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8', env: { ...process.env, ...env } }))
  const expected = ['ERR_VM_MODULE_CACHED_DATA_REJECTED', true]
  expect(run([...options, ...program], {})).toEqual(expected)
  expect(run(program, { NODE_OPTIONS: '--stack-trace-limit=40 --abort-on-uncaught-exception' })).toEqual(
    expected,
  )
  expect(run(program, { NODE_OPTIONS: '' })).toEqual([true, true])
})
