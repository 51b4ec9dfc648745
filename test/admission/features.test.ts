/** WebAssembly proposals: supported ones are admitted and reported, all others are refused with their name. */
import { describe, expect, it } from 'vitest'
import { admitted, command, refused, wat } from './support.ts'

describe('a supported feature is admitted and reported', () => {
  it.each([
    ['sign-extension', '(func (drop (i32.extend8_s (i32.const 1))))'],
    ['saturating-float-to-int', '(func (drop (i32.trunc_sat_f32_s (f32.const 1))))'],
    ['multi-value', '(func (result i32 i32) i32.const 1 i32.const 2)'],
    ['multi-value', '(func (drop (drop (block (result i32 i32) i32.const 1 i32.const 2))))'],
    ['bulk-memory', '(memory 1) (func (memory.copy (i32.const 0) (i32.const 0) (i32.const 1)))'],
    ['bulk-memory', '(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 1)))'],
    [
      'bulk-memory',
      '(memory 1) (data $d "x") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d))',
    ],
    [
      'bulk-memory',
      '(table 1 funcref) (elem $e func) (func (table.init $e (i32.const 0) (i32.const 0) (i32.const 0)) (elem.drop $e))',
    ],
    ['bulk-memory', '(table 1 funcref) (func (table.copy (i32.const 0) (i32.const 0) (i32.const 1)))'],
    ['reference-types', '(table 1 externref) (func (drop (table.grow (ref.null extern) (table.size))))'],
    [
      'reference-types',
      '(table 1 funcref) (func $f (table.set (i32.const 0) (ref.func $f)) (drop (ref.is_null (table.get (i32.const 0))))) (elem declare func $f)',
    ],
    ['reference-types', '(table 1 funcref) (elem (i32.const 0) funcref (ref.null func))'],
    ['reference-types', '(func (param externref) (result externref) local.get 0)'],
    ['reference-types', '(func (drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 3))))'],
    [
      'simd',
      '(memory 1) (func (v128.store (i32.const 0) (i32x4.add (v128.const i32x4 1 2 3 4) (v128.load32_zero (i32.const 0)))))',
    ],
    [
      'simd',
      '(memory 1) (func (drop (v128.load8_lane 3 (i32.const 0) (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.const i64x2 0 0) (v128.const i64x2 0 0)))))',
    ],
    ['simd', '(func (drop (i32x4.extract_lane 2 (v128.const i64x2 1 2))))'],
    [
      'tail-call',
      '(type $t (func)) (table 1 funcref) (func $f return_call $f) (func (return_call_indirect (type $t) (i32.const 0)))',
    ],
    ['extended-const', '(global i32 (i32.add (i32.const 1) (i32.const 2)))'],
  ])('%s: %s', async (feature, fields) => {
    expect(admitted(await command(fields)).report.features).toContain(feature)
  })

  it('mutable-globals', async () => {
    const component = await wat(`(component
      (core module (global (export "g") (mut i32) (i32.const 0)))
      (core module (import "a" "g" (global (mut i32))))
      (core instance (instantiate 0)) (core instance (instantiate 1 (with "a" (instance 0))))
      (instance) (export "wasi:cli/run@0.2.0" (instance 0)))`)
    expect(admitted(component).report.features).toEqual(['mutable-globals'])
  })

  it('the instructions of WebAssembly 1.0 need no feature', async () => {
    const body = `(memory 1) (table 2 funcref) (type $t (func)) (func $f)
      (global $g (mut i64) (i64.const -5))
      (func (param i32) (local f64 f32 i64)
        (block (loop (br_if 1 (local.get 0)) (br 1)))
        (if (i32.eqz (local.get 0)) (then nop) (else unreachable))
        (block (block (br_table 0 1 0 (local.get 0))))
        (call $f) (call_indirect (type $t) (i32.const 1))
        (local.set 1 (f64.const 1.5)) (local.set 2 (f32.const 2)) (drop (local.tee 3 (i64.const -9223372036854775808)))
        (global.set $g (i64.mul (global.get $g) (i64.extend_i32_u (memory.size))))
        (drop (memory.grow (i32.const -2147483648)))
        (i64.store32 offset=4294967295 align=1 (i32.const 0) (select (i64.const 1) (i64.const 2) (i32.const 0)))
        (drop (i32.load8_s (i32.const 0)))
        return)`
    expect(admitted(await command(body)).report.features).toEqual([])
  })
})

describe('an unsupported feature is refused', () => {
  it.each([
    ['threads', '(memory 1 2 shared)'],
    ['threads', '(memory 1) (func (drop (i32.atomic.load (i32.const 0))))'],
    ['threads', '(memory 1) (func (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))'],
    ['threads', '(func atomic.fence)'],
    ['memory64', '(memory i64 1)'],
    ['memory64', '(table i64 1 funcref)'],
    ['flags 0x8', '(memory 1 (pagesize 1))'],
    ['several memories', '(memory 1) (memory 1)'],
    ['exception handling', '(tag $t) (func (throw $t))'],
    ['exception handling', '(func (try_table))'],
    ['relaxed SIMD', '(func (drop (f32x4.relaxed_min (v128.const i64x2 0 0) (v128.const i64x2 0 0))))'],
    ['garbage collection', '(type (struct (field i32)))'],
    ['garbage collection', '(rec (type (func)) (type (func)))'],
    ['garbage collection', '(func (param anyref))'],
    ['typed function references', '(type $t (func)) (func (param (ref $t)))'],
    [
      'an initial value',
      '(table 1 (ref null func) (ref.null func)) (table 1 (ref func) (ref.func 0)) (func)',
    ],
    ['typed function references', '(type $t (func)) (func unreachable call_ref $t)'],
    ['typed function references', '(type $t (func)) (func (drop (ref.null $t)))'],
    ['exception handling', '(func (param exnref))'],
    [
      '0xfc 19',
      '(func (local i64 i64 i64 i64) (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)) drop drop)',
    ],
  ])('%s: %s', async (name, fields) => {
    const error = refused(await command(fields))
    expect(error.code).toBe('E_ADMISSION_FEATURE')
    expect(error.message).toContain(name)
  })

  it.each([
    ['streams', '(core func (canon stream.new 0))', '(type (stream u8))'],
    ['futures', '(core func (canon future.new 0))', '(type (future u8))'],
    ['error contexts', '(core func (canon error-context.drop))', ''],
    ['threads', '(core func (canon thread.index))', ''],
    ['values', '(import "v" (value u8))', ''],
    ['core modules', '(import "m" (core module))', ''],
    ['components', '(import "c" (component))', ''],
    ['core modules', '(core module $x) (component (alias outer 1 $x (core module)))', ''],
    ['components', '(component $x) (component (alias outer 1 $x (component)))', ''],
    ['core modules', '(core module $x) (export "x" (core module $x))', ''],
    ['components', '(component $x) (export "x" (component $x))', ''],
  ])('%s of the component model: %s', async (name, fields, types) => {
    const component = await wat(`(component ${types} ${fields})`)
    const error = refused(component)
    expect(error.code).toBe('E_ADMISSION_FEATURE')
    expect(error.message).toContain(name)
  })
})

describe('core start functions', () => {
  it('are refused without a deadline for instantiation, and reported with one', async () => {
    const component = await command('(func $s) (start $s)')
    expect(refused(component)).toMatchObject({ code: 'E_ADMISSION_START', got: '1' })
    expect(admitted(component, { startDeadline: true }).report.startFunctions).toBe(1)
  })
})

describe('names', () => {
  const dangerous = ['a"b', "a'b", 'a`b', 'a\\\\b', 'a{b', 'a}b', 'a\\nb', 'a\\u{2028}b', 'a\\u{e9}b', '*/ {']
  it.each(dangerous.map((name) => [name.replace('"', '\\"')]))('refuses %s as a core name', async (name) => {
    expect(refused(await command(`(func (export "${name}"))`)).code).toBe('E_ADMISSION_NAME')
    const imported = `(component (core module (import "${name}" "" (func))))`
    expect(refused(await wat(imported)).code).toBe('E_ADMISSION_NAME')
  })

  it('allows names that toolchains generate', async () => {
    const names = [
      '[method]output-stream.check-write',
      'cm32p2|wasi:io/poll@0.2|poll',
      '$root',
      '',
      '_ZN4core3fmt',
      '0',
    ]
    const fields = names.map((name) => `(func (export "${name}"))`).join('')
    expect(admitted(await command(fields)).report.exports).toHaveLength(1)
  })
})
