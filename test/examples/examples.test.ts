/** Every example type-checks, runs, and prints what its README promises, with the packed package. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findCompiler } from '../../scripts/compilers.ts'
import { collect } from './collector.ts'
import { Project, root } from './project.ts'

const LONG = process.env['WEBCLAVE_LONG'] !== undefined
const EXAMPLES = readdirSync(join(root, 'examples')).filter((name) => /^\d-/.test(name))

let project: Project
beforeAll(() => {
  project = new Project()
})
afterAll(() => project[Symbol.dispose]())

/** Runs an example; returns what it printed. */
async function run(example: string, words: readonly string[] = ['index.ts'], env = {}): Promise<string> {
  const outcome = await project.run(example, words, env)
  expect(outcome, outcome.output).toMatchObject({ status: 0 })
  return outcome.output
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
}

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Manifest

describe.each(EXAMPLES)('the example %s', (name) => {
  const folder = join(root, 'examples', name)

  test('has a short README, and depends on this release and on the versions that are tested', () => {
    expect(readFileSync(join(folder, 'README.md'), 'utf8').length).toBeLessThan(2000)
    const own = readJson(join(root, 'package.json'))
    const { name: called, dependencies, devDependencies } = readJson(join(folder, 'package.json'))
    expect(called).toBe(`webclave-example-${name}`)
    const tested: Record<string, string> = { ...own.devDependencies, webclave: own.version }
    const all = { ...dependencies, ...devDependencies }
    expect(Object.keys(all)).toContain('webclave')
    for (const [each, version] of Object.entries(all)) expect(version, each).toBe(tested[each])
  })

  test('is in the list of examples', () => {
    expect(readFileSync(join(root, 'examples/README.md'), 'utf8')).toContain(`[${name}](${name})`)
  })
})

test('all files type-check', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  for (const config of ['tsconfig.json', 'tsconfig.guests.json']) {
    const { output } = await project.run('.', [tsc, '-p', config])
    expect(output).toBe('')
  }
})

test('1: the service answers, and proves its image', async () => {
  const printed = await run('1-echo')
  expect(printed).toMatch(/^PCR0 +[0-9a-f]{96}$/m)
  expect(printed).toMatch(/^answer +HELLO FROM THE HOST$/m)
  expect(printed).toMatch(/^verified 16 checks of \S+$/m)
})

test('2: the service signs, and its telemetry contains nothing of a call', async () => {
  await using collector = await collect()
  const message = 'pay 1 to Bob, in secret'
  const answers = await collector.whileRunning(project, message)
  expect(answers.length).toBe(8)
  const { traces, metrics, text } = collector
  expect(traces.filter((name) => name === 'enclave sign').length).toBeGreaterThanOrEqual(8)
  expect(traces).toContain('enclave start')
  expect(new Set(metrics)).toEqual(
    new Set([
      'webclave.call.duration',
      'webclave.enclave.start',
      'webclave.enclave.ends',
      'webclave.pool.enclaves',
      'webclave.pool.queue',
      'webclave.pool.memory',
    ]),
  )
  for (const { signature, publicKey } of answers)
    for (const secret of [message, signature, publicKey, 'in secret']) expect(text).not.toContain(secret)
  // The control: what is there is found.
  expect(text).toContain('webclave.queued_ms')
})

test('2: under load, while enclaves are killed, nothing that was acknowledged is lost', async () => {
  const report = JSON.parse(
    await run('2-signer', ['--expose-gc', 'endurance.ts', LONG ? '60' : '4'], { MALLOC_ARENA_MAX: '2' }),
  )
  expect(report).toMatchObject({ invalid: 0, errors: 0, refused: {} })
  expect(report.valid).toBe(report.requests)
  expect(report.requests).toBeGreaterThan(100)
  expect(report.kills).toBeGreaterThan(1)
  // Each kill was followed by an answer and a complete pool; how fast they were is printed.
  expect(report.millisecondsToComplete.max).toBeGreaterThan(0)
  if (!LONG) return
  expect(report.memoryMiB.last).toBeLessThan(1.2 * report.memoryMiB.first)
  expect(report.heapMiB.last).toBeLessThan(1.2 * report.heapMiB.first)
})

test('3: a restarted tokenizer has the same key, and another image has none', async () => {
  const printed = await run('3-tokenizer')
  const [, token] = /^token +(tok_\w+_1111)$/m.exec(printed) ?? []
  expect(token).toBeDefined()
  expect(printed).toContain(`restarted ${token}`)
  expect(printed).toMatch(/^refused +E_KMS_REFUSED: .*AccessDenied/m)
})

test('5: the pool refuses what it cannot do, and does the rest', async () => {
  const printed = await run('5-pool')
  const [, answered, refused] = /all at once +\{ answered: (\d+), E_POOL_BUSY: (\d+) \}/.exec(printed) ?? []
  expect(Number(answered)).toBeGreaterThanOrEqual(200)
  expect(Number(answered) + Number(refused)).toBe(2000)
  expect(printed).toContain('200 at a time { answered: 2000 }')
})

test('6: guests in C and Rust answer', async () => {
  const compilers = { c: await findCompiler('wasi'), rust: await findCompiler('cargo') }
  for (const [language, compiler] of Object.entries(compilers))
    if (compiler)
      expect(await run('6-c-and-rust', ['index.ts', language])).toContain(
        `HELLO FROM ${language.toUpperCase()}`,
      )
})

test('7: the tests of an application pass', async () => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  expect(await run('7-vitest', [vitest, 'run'], { CI: 'true' })).toMatch(/Test Files +2 passed \(2\)/)
})

test('9: an application of hono answers the host, and a caller who verifies it', async () => {
  const printed = await run('9-http')
  expect(printed).toMatch(/^host +\{"hello":"host"\}$/m)
  expect(printed).toMatch(/^counted +\{"words":300000\}$/m)
  expect(printed).toMatch(/^sealed +200 \{"hello":"caller"\}$/m)
  expect(printed).toMatch(/^in clear 40\d$/m)
  expect(printed).toMatch(/^closed +E_POOL_CLOSED$/m)
})
