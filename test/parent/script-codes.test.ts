/** V8's code caches of the scripts of prepared images. */
import { execFileSync } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import { V8_FLAGS } from '../../src/hypervisor/process-script.ts'
import type { Isolation } from '../../src/hypervisor/start-host.ts'
import { scriptCode } from '../../src/parent/script-codes.ts'
import { MODULE_FLAGS, workerScript } from '../../src/platform/worker.ts'

const KERNEL = 'const webclaveKernel = { emptyScope() {}, boot() {} }\n'
const glueOf = (number: number) => `const instantiate = ${number}\n`

const made = (isolation: Isolation, number: number) =>
  vi.waitUntil(() => scriptCode(isolation, KERNEL, glueOf(number)), { timeout: 30_000 })

/** What Node, with `flags`, says of `code` for the script: true, or the code of its error. */
function accepts(code: Uint8Array, flags: readonly string[]): unknown {
  const lines = [
    "import { SourceTextModule } from 'node:vm'",
    `const cachedData = Buffer.from('${Buffer.from(code).toString('base64')}', 'base64')`,
    'let verdict = true',
    `try { new SourceTextModule(${JSON.stringify(workerScript(KERNEL, glueOf(0)))}, { cachedData }) }`,
    'catch (error) { verdict = error.code }',
    'process.stdout.write(JSON.stringify(verdict))',
  ]
  const words = [...flags, ...MODULE_FLAGS, '--input-type=module', '-e', lines.join('\n')]
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8', env: {} }))
}

test('each isolation has its own, made on the first request and accepted where it is used', async () => {
  expect(scriptCode('process', KERNEL, glueOf(0))).toBeUndefined()
  expect(scriptCode('worker', KERNEL, glueOf(0))).toBeUndefined()
  expect(accepts(await made('process', 0), V8_FLAGS)).toBe(true)
  expect(accepts(await made('worker', 0), V8_FLAGS)).toBe('ERR_VM_MODULE_CACHED_DATA_REJECTED')
})

test('only the newest are kept', async () => {
  for (let number = 1; number < 6; number++) await made('worker', number)
  expect(scriptCode('worker', KERNEL, glueOf(5))).toBeDefined()
  expect(scriptCode('worker', KERNEL, glueOf(1))).toBeUndefined()
})
