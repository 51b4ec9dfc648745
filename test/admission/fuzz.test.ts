/**
 * Mutated components: admission is fast and throws nothing but EnclaveErrors, and every admitted component validates.
 * fast-check chooses the seeds, and prints the seed of a failing property.
 */
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { readComponent } from '../../src/admission/component.ts'
import { newFindings } from '../../src/admission/instructions.ts'
import { EnclaveError } from '../../src/base/error.ts'
import { command, limitedModules, refused } from './support.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 100_000 : 3000

let sample: Uint8Array
beforeAll(async () => {
  sample = await command(
    `(type $t (func (param i32) (result i32)))
     (memory (export "memory") 1 9) (table 2 funcref) (global $g (mut i32) (i32.const 1024))
     (func $f (type $t) (block (br_table 0 0 (local.get 0))) (i32.load offset=4 (local.get 0)))
     (func (drop (call_indirect (type $t) (i32.const 0) (i32.const 1))) (global.set $g (i32.const -7)))
     (elem (i32.const 0) $f $f) (data (i32.const 16) "hello")`,
    `(import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
     (component $c (core module (memory 1)) (core instance (instantiate 0)))
     (instance (instantiate $c))`,
  )
})

type Edit = readonly [at: number, value: number]
const edits = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)), {
  minLength: 1,
  maxLength: 4,
})

/** A copy of the sample with some bytes changed, truncated to the fraction `end` of its length. */
function mutate(changes: readonly Edit[], end: number): Uint8Array {
  const copy = sample.slice(0, Math.ceil(sample.length * end))
  // After the preamble, where every change has the same result.
  for (const [at, value] of changes) copy[8 + Math.floor(at * Math.max(0, copy.length - 8))] = value
  return copy
}

/** A proxy of `bytes` that counts reads beyond their end. */
function guarded(bytes: Uint8Array): { bytes: Uint8Array; beyond: () => number } {
  let beyond = 0
  const proxy = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key) && Number(key) >= target.length) beyond++
      const value = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { bytes: proxy, beyond: () => beyond }
}

describe('mutations of a component', () => {
  it('are admitted or refused within a second', () => {
    let admittedCount = 0
    fc.assert(
      fc.property(edits, fc.constantFrom(1, 1, 1, 0.5, 0.9), (changes, end) => {
        const bytes = mutate(changes, end)
        const start = process.cpuUsage()
        try {
          const modules = limitedModules(bytes)
          admittedCount++
          for (const module of modules) expect(WebAssembly.validate(module)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(EnclaveError)
        }
        // Microseconds of CPU time, which does not depend on the machine's load.
        expect(process.cpuUsage(start).user).toBeLessThan(1_000_000)
      }),
      { numRuns: RUNS },
    )
    // The control: if none were admitted, only the first check would be tested.
    expect(admittedCount).toBeGreaterThan(0)
  }, 600_000)

  it('are never read beyond their end', () => {
    fc.assert(
      fc.property(edits, fc.double({ min: 0.05, max: 1, noNaN: true }), (changes, end) => {
        const { bytes, beyond } = guarded(mutate(changes, end))
        try {
          readComponent(bytes, newFindings())
        } catch (error) {
          expect(error).toBeInstanceOf(EnclaveError)
        }
        expect(beyond()).toBe(0)
      }),
      { numRuns: RUNS / 10 },
    )
  }, 600_000)
})

it('a well-formed module with a type error is refused', async () => {
  const component = await command('(func (result i32) i64.const 0)')
  expect(() => readComponent(component, newFindings())).not.toThrow()
  expect(refused(component).message).toContain('not valid WebAssembly')
})
