/**
 * The day on which a guest gets JavaScript of its own into the glue. It can import nothing; and where it came to Node's
 * modules in another way, they must be of no use.
 */
import { describe, expect, test } from 'vitest'
import { evaluateInWorker, unsealedKernel } from '../support/probe.ts'

/** Each tries one way out, and says with which code it failed; `load` is how a module of Node's is had. */
const tryWith = (load: string) => `
  const load = ${load}
  const attempt = async (way) => { try { await way(); return 'open' } catch (error) { return error.code ?? error.name } }
  return {
    read: await attempt(async () => (await load('node:fs')).readFileSync('package.json')),
    'read elsewhere': await attempt(async () => (await load('node:fs')).readdirSync('/')),
    write: await attempt(async () => (await load('node:fs')).writeFileSync('/dev/null', '')),
    run: await attempt(async () => (await load('node:child_process')).execFileSync('/bin/true')),
    worker: await attempt(async () => {
      const { Worker } = await load('node:worker_threads')
      await new Worker('', { eval: true }).terminate()
    }),
    wasi: await attempt(async () => new (await load('node:wasi')).WASI({ version: 'preview1' })),
    connect: await attempt(async () => {
      const { connect } = await load('node:net')
      await new Promise((resolve, reject) => connect(9, '127.0.0.1').on('error', reject).on('connect', resolve))
    }),
  }`
const TRY = tryWith('(name) => import(name)')
const WAYS = ['read', 'read elsewhere', 'write', 'run', 'worker', 'wasi', 'connect']

const all = (code: string) => Object.fromEntries(WAYS.map((way) => [way, code]))

const NOTHING = 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING'

describe.each(['worker', 'process'] as const)('in a %s', (isolation) => {
  test('it imports nothing', async () => {
    expect(await evaluateInWorker(TRY, isolation)).toEqual(all(NOTHING))
  })

  test('it had no permission where the scope were not emptied', async () => {
    const builtin = tryWith('(name) => process.getBuiltinModule(name)')
    const unsealed = await evaluateInWorker(builtin, isolation, await unsealedKernel())
    expect(unsealed).toEqual(all('ERR_ACCESS_DENIED'))
  })
})

test.each([
  ['at once', 'await make(text)()'],
  ['from a job of its own', 'await (await Promise.resolve(text).then(make))()'],
])(
  'text that becomes code in a Worker, were the scope not emptied, %s, imports nothing either',
  async (_, call) => {
    const left = await evaluateInWorker(
      `const make = (async () => {}).constructor
    const text = "return import('node:worker_threads')"
    try { return typeof (${call}) } catch (error) { return error.code }`,
      'worker',
      await unsealedKernel(),
    )
    expect(left).toBe(NOTHING)
  },
)

test('the same where nothing denies it reaches them (the control)', async () => {
  const { default: here } = await import(
    `data:text/javascript,${encodeURIComponent(`export default async () => {${TRY}}`)}`
  )
  expect(await here()).toEqual({
    ...Object.fromEntries(WAYS.map((way) => [way, 'open'])),
    connect: 'ECONNREFUSED',
  })
})

test('text becomes no code: nothing makes it, and a process forbids it besides', async () => {
  const text =
    'try { return (async () => {}).constructor("return 1")() && "code" } catch (error) { return error.name }'
  const unsealed = await unsealedKernel()
  expect(await evaluateInWorker(text, 'worker')).toBe('TypeError')
  expect(await evaluateInWorker(text, 'process')).toBe('TypeError')
  expect(await evaluateInWorker(text, 'process', unsealed)).toBe('EvalError')
  expect(await evaluateInWorker(text, 'worker', unsealed)).toBe('code')
})

test('in a Worker Node has no permission for this: not closed where the scope were not emptied', async () => {
  const left = await evaluateInWorker(
    `const [{ setFlagsFromString }, { fstatSync }] = ['node:v8', 'node:fs'].map((name) => process.getBuiltinModule(name))
    return [process.kill(process.pid, 0), typeof setFlagsFromString, typeof fstatSync(0)]`,
    'worker',
    await unsealedKernel(),
  )
  expect(left).toEqual([true, 'function', 'object'])
})
