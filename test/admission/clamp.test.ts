/** The maximum that `clamp.ts` gives every memory and table of a component. */
import { describe, expect, it } from 'vitest'
import {
  admitted,
  command,
  coreModulesOf,
  HELD,
  limitedModules,
  MIB,
  refused,
  toWat,
  wat,
} from './support.ts'

const PAGES_PER_MIB = 16

describe('memories', () => {
  it('gives all remaining memory to a single memory', async () => {
    const component = await command('(memory 2)')
    const { report } = admitted(component, { memoryBytes: 64 * MIB + HELD })
    expect(report.memories).toEqual([
      { min: 2, declaredMax: undefined, max: 64 * PAGES_PER_MIB, instances: 1 },
    ])
    const [module] = limitedModules(component, { memoryBytes: 64 * MIB + HELD })
    expect(await toWat(module!)).toContain(`(memory (;0;) 2 ${64 * PAGES_PER_MIB})`)
  })

  it('never raises a declared maximum', async () => {
    const { report } = admitted(await command('(memory 2 3)'))
    expect(report.memories[0]).toMatchObject({ declaredMax: 3, max: 3 })
  })

  it('lowers a declared maximum that is too high', async () => {
    const { report } = admitted(await command('(memory 2 65536)'), { memoryBytes: MIB + HELD })
    expect(report.memories[0]).toMatchObject({ declaredMax: 65536, max: PAGES_PER_MIB })
  })

  it('gives the remaining memory to the largest memory, then to the next', async () => {
    const small = '(core module $a (memory 1))(core instance (instantiate $a))'
    const unlimited = admitted(await command('(memory 4)', small), { memoryBytes: MIB + HELD + 4096 })
    expect(unlimited.report.memories.map(({ max }) => max)).toEqual([1, 15])
    const limited = admitted(await command('(memory 4 8)', small), { memoryBytes: MIB + HELD + 4096 })
    expect(limited.report.memories.map(({ max }) => max)).toEqual([8, 8])
  })

  it('counts every instance of a module, in nested components too', async () => {
    const twice = '(core instance (instantiate $a))(core instance (instantiate $a))'
    const nested = `(component $c (core module $a (memory 1)) ${twice})
      (instance (instantiate $c)) (instance (instantiate $c)) (instance (instantiate $c))`
    const component = await command('', nested)
    const { report } = admitted(component, { memoryBytes: MIB })
    expect(report.memories).toEqual([{ min: 1, declaredMax: undefined, max: 2, instances: 6 }])
    const instances = 6 * 4096 + HELD
    expect(report.bytes).toEqual({ min: 6 * 65536 + instances, max: 12 * 65536 + instances, given: MIB })
    expect(refused(component, { memoryBytes: 6 * 65536 + instances - 1 }).code).toBe('E_ADMISSION_MEMORY')
  })

  it('gives copies of one module the same limit, so that they are interchangeable', async () => {
    const copy = '(core module (memory 1)) (core instance (instantiate 0))'
    const twin = copy.replace('instantiate 0', 'instantiate 1')
    const component = await wat(
      `(component ${copy} ${twin} (instance) (export "wasi:cli/run@0.2.0" (instance 0)))`,
    )
    const { report } = admitted(component, { memoryBytes: MIB + 2 * 4096 })
    expect(report.memories.map(({ max, instances }) => ({ max, instances }))).toEqual([
      { max: 8, instances: 1 },
      { max: 8, instances: 1 },
    ])
    expect(report.bytes.max).toBe(MIB + 2 * 4096)
  })

  it('limits a module that is never instantiated, but does not count it', async () => {
    const { report } = admitted(await command('', '(core module (memory 9))'), { memoryBytes: MIB })
    expect(report.memories[0]).toMatchObject({ min: 9, instances: 0 })
    expect(report.memories[0]!.max).toBeLessThanOrEqual(65536)
    expect(report.bytes.max).toBe(HELD)
  })

  it('refuses components that double their instances at every level, without adding them up', async () => {
    const twice = '(instance (instantiate 0)) (instance (instantiate 0))'
    let nested = '(component (core module (memory 1)) (core instance (instantiate 0)))'
    for (let level = 0; level < 6; level++) nested = `(component ${nested} ${twice})`
    const many = '(instance (instantiate 0))'.repeat(8)
    const bomb = await wat(
      `(component ${nested} ${many} (instance (export "x" (instance 0))) (export "wasi:cli/run@0.2.0" (instance 0)))`,
    )
    const error = refused(bomb)
    expect(error.code).toBe('E_ADMISSION_LIMIT')
    expect(error.message).toMatch(/core instances.*256 or fewer.*got 512/)
  })

  it('reports the needed and the given memory', async () => {
    const error = refused(await command('(memory 33)'), { memoryBytes: 2 * MIB })
    expect(error.code).toBe('E_ADMISSION_MEMORY')
    expect(error.message).toContain(`${33 * 65536 + HELD} bytes or more`)
    expect(error.message).toContain(`${2 * MIB} bytes`)
    expect(error.message).toContain('a memory of 33 pages')
  })
})

describe('instances', () => {
  const module = (fields: string) => `(core module ${fields})`
  const instances = (count: number) => '(core instance (instantiate 0))'.repeat(count)
  const bytesOf = async (fields: string, count = 1) =>
    admitted(await command('', module(fields) + instances(count))).report.bytes.min - HELD

  it('need memory for themselves, their functions, exports, globals, segments and tables', async () => {
    expect(await bytesOf('')).toBe(4096)
    expect(await bytesOf('', 3)).toBe(3 * 4096)
    expect(await bytesOf('(func)')).toBe(4096 + 24)
    expect(await bytesOf('(func (export "a") (export "b"))')).toBe(4096 + 24 + 2 * 416)
    expect(await bytesOf('(global i32 (i32.const 1)) (global i32 (i32.const 1))')).toBe(4096 + 2 * 16)
    expect(await bytesOf('(memory 0) (data "x") (elem func) (elem func)')).toBe(4096 + 3 * 16)
    expect(await bytesOf('(table 5 5 funcref)')).toBe(4096 + 5 * 56)
    expect(await bytesOf('(func (export "a"))', 4)).toBe(4 * (4096 + 24 + 416))
  })

  it('need memory for their imports', async () => {
    const importing = await command(
      '',
      `(core module (func (export "f")))
      (core module (import "x" "f" (func)) (import "x" "f" (func)) (import "x" "f" (func)))
      (core instance $x (instantiate 0)) (core instance (instantiate 1 (with "x" (instance $x))))`,
    )
    expect(admitted(importing).report.bytes.min).toBe(HELD + (4096 + 24 + 416) + (4096 + 3 * 208))
  })

  it('with many exports need too much memory, although their module is small', async () => {
    const exports = Array.from({ length: 1000 }, (_, at) => `(export "e${at}" (func 0))`).join(' ')
    const component = (count: number) => command('', module(`(func) ${exports}`) + instances(count))
    const memoryBytes = HELD + 20 * (4096 + 24 + 1000 * 416)
    expect(admitted(await component(20), { memoryBytes }).report.bytes.max).toBe(memoryBytes)
    const error = refused(await component(21), { memoryBytes })
    expect(error.code).toBe('E_ADMISSION_MEMORY')
    expect(error.message).toContain(
      `exports, imports and functions of its instances: ${HELD + 21 * (4096 + 24 + 1000 * 416)} bytes`,
    )
  })
})

describe('tables', () => {
  it('may grow to 65,536 elements if the memory suffices', async () => {
    const component = await command('(table 3 funcref)')
    const { report } = admitted(component, { memoryBytes: 4 * MIB })
    expect(report.tables[0]).toMatchObject({ min: 3, max: 65536 })
    const [module] = limitedModules(component, { memoryBytes: 4 * MIB })
    expect(await toWat(module!)).toContain('(table (;0;) 3 65536 funcref)')
  })

  it('keep a declared maximum unless it is higher than 65,536', async () => {
    const { report } = admitted(await command('(table 3 9 externref) (table 1 4000000000 funcref)'))
    expect(report.tables.map(({ max }) => max)).toEqual([9, 65536])
  })

  it('may grow only as far as the memory suffices', async () => {
    const { report } = admitted(await command('(memory 1) (table 3 funcref)'), {
      memoryBytes: HELD + 65536 + 100 * 56 + 55,
    })
    expect(report.tables[0]).toMatchObject({ max: 100 })
    expect(report.bytes.max).toBe(HELD + 65536 + 100 * 56)
  })

  it('need memory: a huge initial size is refused', async () => {
    const error = refused(await command('(table 100000000 funcref)'))
    expect(error.code).toBe('E_ADMISSION_MEMORY')
    expect(error.message).toContain('a table of 100000000 elements')
  })

  it('keep their element types', async () => {
    const fields = '(table $t 2 2 funcref) (elem (table $t) (i32.const 1) func $f) (func $f (export "f"))'
    const [module] = limitedModules(await command(fields))
    expect(await toWat(module!)).toContain('(table $t (;0;) 2 2 funcref)')
  })
})

describe('a limited module', () => {
  it('differs from the original only in its limits', async () => {
    const component = (memory: string, table: string) =>
      command(`(memory (export "memory") ${memory}) (table ${table} funcref) (global (mut i32) (i32.const 7))
        (data (i32.const 0) "x") (@custom "kept" "in modules")`)
    const [limited] = limitedModules(await component('1', '1'), { memoryBytes: 8 * MIB })
    // A table of 65,536 elements takes 3.5 MiB, and the instance less than a page.
    const [expected] = coreModulesOf(await component('1 71', '1 65536')).values()
    expect(limited).toEqual(expected)
  })

  it('is unchanged if its limits are already low enough', async () => {
    const component = await command('(memory 1 1) (table 3 3 funcref)')
    expect(limitedModules(component)).toEqual([...coreModulesOf(component).values()])
  })

  it('can share its memory and table with a module that imports them', async () => {
    const component = await wat(`(component
      (core module $main (memory (export "m") 1) (table (export "t") 2 funcref)
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
      (core module $user (import "main" "m" (memory 0)) (import "main" "t" (table 1 funcref))
        (import "main" "grow" (func $grow (param i32) (result i32)))
        (func (export "run") (result i32) (call $grow (i32.const 16)) i32.const -1 i32.ne))
      (core instance $a (instantiate $main))
      (core instance $b (instantiate $user (with "main" (instance $a))))
      (func $run (result (result)) (canon lift (core func $b "run")))
      (instance $run (export "run" (func $run)))
      (export "wasi:cli/run@0.2.0" (instance $run)))`)
    expect(admitted(component).report.memories).toHaveLength(1)
  })
})
