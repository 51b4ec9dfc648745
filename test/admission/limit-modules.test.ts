/** Admission's limits in the core modules that jco extracts: together they fit the given memory. */
import { transpileBytes } from '@bytecodealliance/jco-transpile'
import { describe, expect, it } from 'vitest'
import { limitModules } from '../../src/admission/index.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { EnclaveError } from '../../src/base/error.ts'
import { admitted, command, HELD, MIB, toWat, wat } from './support.ts'

/** The modules that jco extracts from `component`, with their limits, as text. */
async function limitedTexts(component: Uint8Array, memoryBytes: number): Promise<string[]> {
  const { files } = (await transpileBytes(component, { name: 'guest', base64Cutoff: 0 })) as {
    files: Record<string, Bytes>
  }
  const modules = new Map(Object.entries(files).filter(([name]) => name.endsWith('.wasm')))
  const limited = limitModules(modules, admitted(component, { memoryBytes }).limits)
  expect([...limited.keys()]).toEqual([...modules.keys()])
  return Promise.all([...limited.values()].map(toWat))
}

/** The sum of the maximums of all memories in `texts`, in pages. */
function pages(texts: readonly string[]): number {
  const limits = texts.flatMap((text) => [...text.matchAll(/\(memory .*?\d+ (\d+)\)/g)])
  return limits.reduce((sum, [, max]) => sum + Number(max), 0)
}

describe('the modules of a component', () => {
  it('get the limits that admission decided', async () => {
    const texts = await limitedTexts(await command('(memory (export "memory") 1)'), MIB + HELD + 416)
    expect(pages(texts)).toBe(16)
  })

  it('that are copies of each other share the remaining memory', async () => {
    const module = '(core module (memory (export "memory") 1) (func (export "run") (result i32) i32.const 0))'
    const component = await wat(`(component
      ${module} ${module} ${module}
      (core instance (instantiate 0)) (core instance (instantiate 1)) (core instance (instantiate 2))
      (func (result (result)) (canon lift (core func 0 "run")))
      (func (result (result)) (canon lift (core func 1 "run")))
      (func (result (result)) (canon lift (core func 2 "run")))
      (instance (export "run" (func 0)) (export "b" (func 1)) (export "c" (func 2)))
      (export "wasi:cli/run@0.2.0" (instance 0)))`)
    const texts = await limitedTexts(component, MIB + 3 * HELD)
    expect(texts).toHaveLength(3)
    expect(pages(texts)).toBe(15)
  })

  it('must not define a memory or table if admission did not see them', async () => {
    const component = await command('(memory 1)')
    const { limits } = admitted(component)
    const foreign = async (fields: string) =>
      limitModules(new Map([['x.wasm', (await wat(`(module ${fields})`)) as Bytes]]), limits)
    expect((await foreign('(func)')).size).toBe(1)
    for (const fields of ['(memory 1)', '(table 1 funcref)']) {
      await expect(foreign(fields)).rejects.toThrow(EnclaveError)
    }
  })
})
