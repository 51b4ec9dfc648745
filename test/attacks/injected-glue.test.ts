/**
 * The day on which a guest gets JavaScript of its own into the glue: `import` is part of the language and cannot be
 * taken away, so what it gives must be of no use.
 */
import { expect, test } from 'vitest'
import { evaluateInWorker } from '../support/probe.ts'

/** Each tries one way out, and says with which code it failed. */
const TRY = `
  const attempt = async (way) => { try { await way(); return 'open' } catch (error) { return error.code ?? error.name } }
  return {
    read: await attempt(async () => (await import('node:fs')).readFileSync('package.json')),
    'read elsewhere': await attempt(async () => (await import('node:fs')).readdirSync('/')),
    write: await attempt(async () => (await import('node:fs')).writeFileSync('/dev/null', '')),
    run: await attempt(async () => (await import('node:child_process')).execFileSync('/bin/true')),
    worker: await attempt(async () => {
      const { Worker } = await import('node:worker_threads')
      await new Worker('', { eval: true }).terminate()
    }),
    wasi: await attempt(async () => new (await import('node:wasi')).WASI({ version: 'preview1' })),
    connect: await attempt(async () => {
      const { connect } = await import('node:net')
      await new Promise((resolve, reject) => connect(9, '127.0.0.1').on('error', reject).on('connect', resolve))
    }),
  }`
const WAYS = ['read', 'read elsewhere', 'write', 'run', 'worker', 'wasi', 'connect']

test.each(['worker', 'process'] as const)(
  'in a %s it reaches no file, program, Worker or network',
  async (isolation) => {
    const denied = WAYS.map((way) => [way, 'ERR_ACCESS_DENIED'])
    expect(await evaluateInWorker(TRY, isolation)).toEqual(Object.fromEntries(denied))
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

test('text becomes no code in a process of its own', async () => {
  const text =
    'try { return (async () => {}).constructor("return 1")() && "code" } catch (error) { return error.name }'
  expect(await evaluateInWorker(text, 'process')).toBe('EvalError')
  expect(await evaluateInWorker(text, 'worker')).toBe('code')
})

test.each(['worker', 'process'] as const)(
  'in a %s Node has no permission for this: not closed',
  async (isolation) => {
    const left = await evaluateInWorker(
      `const [{ default: process }, { setFlagsFromString }, { fstatSync }] =
      await Promise.all([import('node:process'), import('node:v8'), import('node:fs')])
    return [process.kill(process.pid, 0), typeof setFlagsFromString, typeof fstatSync(0)]`,
      isolation,
    )
    expect(left).toEqual([true, 'function', 'object'])
  },
)
