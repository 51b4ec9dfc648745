/** Components are prepared in another thread: the caller’s thread continues meanwhile, and gets every error. */
import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import type { EnclaveError } from '../../src/base/error.ts'
import { prepare } from '../../src/hypervisor/preparation.ts'
import { prepareBeside } from '../../src/hypervisor/preparer.ts'
import { transpileWith } from '../../src/hypervisor/transpile.ts'
import { ARTEFACTS } from '../../src/platform/artefacts.ts'
import { command, wat } from '../admission/support.ts'
import { turnsDuring } from '../support/turns.ts'

const MIB = 1 << 20
const preparationOf = async (component: Uint8Array | Promise<Uint8Array>, memoryBytes = 16 * MIB) => ({
  component: new Uint8Array(await component),
  memoryBytes,
  crypto: undefined,
})

const refused = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error('it was prepared')
    },
    (error: EnclaveError) => error,
  )

/** The Workers started during a test. */
const workers: { ended: Promise<unknown> }[] = []
const onWorker = (worker: Worker) => workers.push({ ended: once(worker, 'exit') })
beforeEach(() => {
  workers.length = 0
  process.on('worker', onWorker)
})
afterEach(() => {
  process.off('worker', onWorker)
})

describe('a component', () => {
  test('is prepared as in this thread', async () => {
    const preparation = await preparationOf(command('(memory (export "memory") 1)'))
    const here = await prepare(preparation, transpileWith(ARTEFACTS.transpiler.href))
    expect(await prepareBeside(preparation)).toEqual(here)
  })

  test('that is not admitted rejects with all fields of the error', async () => {
    const preparation = await preparationOf(command('(memory 300)'))
    const here = await refused(prepare(preparation, transpileWith(ARTEFACTS.transpiler.href)))
    const beside = await refused(prepareBeside(preparation))
    const { code, message, what, expected, got, hint } = here
    expect(beside).toMatchObject({ name: 'EnclaveError', code, message, what, expected, got, hint })
    expect(code).toBe('E_ADMISSION_MEMORY')
    expect(hint).toContain('a memory of 300 pages')
  })

  test('that cannot be linked rejects with E_COMPONENT_LINK', async () => {
    const component = await wat(`(component
      (core module (func (export "run") (param i32)))
      (core instance (instantiate 0))
      (func (result (result)) (canon lift (core func 0 "run")))
      (instance (export "run" (func 0)))
      (export "wasi:cli/run@0.2.0" (instance 0)))`)
    expect((await refused(prepareBeside(await preparationOf(component)))).code).toBe('E_COMPONENT_LINK')
  })

  test('may be one of many requested at once', async () => {
    const all = Array.from({ length: 6 }, async (_, at) =>
      prepareBeside(await preparationOf(command(`(memory ${at + 1})`))),
    )
    expect(new Set((await Promise.all(all)).map(({ moduleBytes }) => moduleBytes.size))).toEqual(new Set([1]))
    expect(workers.length).toBeLessThanOrEqual(2)
  })
})

test('uses an existing Worker, which ends after the preparer was idle', async () => {
  vi.resetModules()
  const { prepareBeside } = await import('../../src/hypervisor/preparer.ts')
  const preparation = await preparationOf(command('(memory 1)'))
  await prepareBeside(preparation)
  await prepareBeside(preparation)
  expect(workers).toHaveLength(1)
  await workers[0]!.ended
  await prepareBeside(preparation)
  expect(workers).toHaveLength(2)
})

test('has two minutes in its Worker, which is kept for two idle seconds', async () => {
  vi.resetModules()
  const { prepareBeside } = await import('../../src/hypervisor/preparer.ts')
  const timers = vi.spyOn(globalThis, 'setTimeout')
  await prepareBeside(await preparationOf(command('(memory 1)')))
  const times = timers.mock.calls.map(([, time]) => time).filter((time) => Number(time) >= 1000)
  timers.mockRestore()
  expect(times).toEqual([120_000, 2000])
  await workers[0]!.ended
})

describe('a large component', () => {
  /** A command whose module has a custom section of some MiB, so that copying takes a while, and one large function. */
  async function large(): Promise<Uint8Array> {
    const body = `(func ${'(drop (i32.const 0)) '.repeat(200_000)})`
    const small = await command(`${body} ${body} ${body}`)
    return concatBytes(small, customSection(9 * MIB))
  }

  test('does not block other tasks, as it would in this thread', async () => {
    const preparation = await preparationOf(large(), 64 * MIB)
    const beside = await turnsDuring(() => prepareBeside(preparation))
    expect(beside.result.moduleBytes.size).toBe(1)
    const transpile = transpileWith(ARTEFACTS.transpiler.href)
    // Loads the transpiler first.
    await prepare(await preparationOf(command('(memory 1)')), transpile)
    const here = await turnsDuring(() => prepare(preparation, transpile))
    expect(here.turns).toBeLessThan(3)
    expect(beside.turns).toBeGreaterThan(10 * Math.max(1, here.turns))
  })
})

/** A custom section of slightly more than `length` bytes. */
function customSection(length: number): Uint8Array {
  const size = length + 2
  const leb = [(size & 0x7f) | 0x80, ((size >> 7) & 0x7f) | 0x80, ((size >> 14) & 0x7f) | 0x80, size >> 21]
  return concatBytes(Uint8Array.of(0, ...leb, 1, 0x78), new Uint8Array(length))
}
