/**
 * The day on which a guest gets JavaScript of its own into the glue. In a Worker of the parent's process `import` is part
 * of the language and cannot be taken away, so what it gives must be of no use. In a process of its own it gives nothing.
 */
import { expect, test } from 'vitest'
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

test('in a Worker it reaches no file, program, Worker or network', async () => {
  expect(await evaluateInWorker(TRY, 'worker')).toEqual(all('ERR_ACCESS_DENIED'))
})

test('in a process it imports nothing, and where the scope were not emptied it had no permission', async () => {
  expect(await evaluateInWorker(TRY, 'process')).toEqual(all('ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING'))
  const builtin = tryWith('(name) => process.getBuiltinModule(name)')
  const unsealed = await evaluateInWorker(builtin, 'process', await unsealedKernel())
  expect(unsealed).toEqual(all('ERR_ACCESS_DENIED'))
})

test('the same where nothing denies it reaches them (the control)', async () => {
  const { default: here } = await import(
    `data:text/javascript,${encodeURIComponent(`export default async () => {${TRY}}`)}`
  )
  expect(await here()).toEqual({
    ...Object.fromEntries(WAYS.map((way) => [way, 'open'])),
    connect: 'ECONNREFUSED',
  })
})

test('text becomes no code in a process of its own', async () => {
  const text =
    'try { return (async () => {}).constructor("return 1")() && "code" } catch (error) { return error.name }'
  expect(await evaluateInWorker(text, 'process')).toBe('EvalError')
  expect(await evaluateInWorker(text, 'worker')).toBe('code')
})

test('in a Worker Node has no permission for this: not closed', async () => {
  const left = await evaluateInWorker(
    `const [{ default: process }, { setFlagsFromString }, { fstatSync }] =
      await Promise.all([import('node:process'), import('node:v8'), import('node:fs')])
    return [process.kill(process.pid, 0), typeof setFlagsFromString, typeof fstatSync(0)]`,
    'worker',
  )
  expect(left).toEqual([true, 'function', 'object'])
})
