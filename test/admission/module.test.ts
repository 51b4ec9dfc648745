/** A stand-alone core module, such as the engine's cryptography, must not import anything, and its memory is bounded. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { admitModule } from '../../src/admission/index.ts'
import { EnclaveError } from '../../src/base/error.ts'
import { HELD, MIB, toWat, wat } from './support.ts'

const shipped = new Uint8Array(readFileSync(new URL('../../guests/engine/crypto.wasm', import.meta.url)))

function codeOf(module: Uint8Array, memoryBytes = MIB): string {
  try {
    admitModule(module, { memoryBytes })
  } catch (error) {
    if (error instanceof EnclaveError) return error.code
    throw error
  }
  return 'admitted'
}

describe('a stand-alone module', () => {
  it('gets a maximum for its memory', async () => {
    const module = await wat('(module (memory (export "memory") 2) (func (export "go")))')
    expect(await toWat(admitModule(module, { memoryBytes: MIB + HELD + 416 }))).toContain(
      '(memory (;0;) 2 16)',
    )
  })

  it('may be the shipped crypto.wasm, which cannot exceed its share', () => {
    const module = new WebAssembly.Module(admitModule(shipped, { memoryBytes: 4 * MIB }))
    const { memory } = new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory }
    const pages = memory.buffer.byteLength / 65536
    expect(memory.grow(32)).toBe(pages)
    expect(() => memory.grow(64 - 32)).toThrow(RangeError)
    expect(codeOf(shipped, 65536)).toBe('E_ADMISSION_MEMORY')
  })

  it.each([
    ['an imported function', '(module (import "a" "b" (func)))', 'E_ADMISSION_IMPORT'],
    ['an imported memory', '(module (import "a" "b" (memory 1)))', 'E_ADMISSION_IMPORT'],
    ['a start function', '(module (func $go) (start $go))', 'E_ADMISSION_START'],
    ['the preamble of a component', '(component)', 'E_ADMISSION_MALFORMED'],
  ])('with %s is refused', async (_, text, code) => {
    expect(codeOf(await wat(text))).toBe(code)
  })

  it('is refused if it is truncated or invalid', async () => {
    expect(codeOf(shipped.subarray(0, 5000))).toBe('E_ADMISSION_MALFORMED')
    const module = await wat('(module (func nop))')
    // The nop becomes a `drop` on an empty stack.
    module[module.lastIndexOf(0x01)] = 0x1a
    expect(codeOf(module)).toBe('E_ADMISSION_MALFORMED')
    expect(codeOf(await wat('(module (func nop))'))).toBe('admitted')
  })
})
