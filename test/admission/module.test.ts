/** A core module that stands alone, such as the engine's cryptography: nothing from outside, and a bounded memory. */
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
  it('gets a maximum in its memory', async () => {
    const module = await wat('(module (memory (export "memory") 2) (func (export "go")))')
    expect(await toWat(admitModule(module, { memoryBytes: MIB + HELD + 416 }))).toContain(
      '(memory (;0;) 2 16)',
    )
  })

  it('may be the shipped one, which cannot exceed its share', () => {
    const module = new WebAssembly.Module(admitModule(shipped, { memoryBytes: 4 * MIB }))
    const { memory } = new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory }
    const pages = memory.buffer.byteLength / 65536
    expect(memory.grow(32)).toBe(pages)
    expect(() => memory.grow(64 - 32)).toThrow(RangeError)
    expect(codeOf(shipped, 65536)).toBe('E_ADMISSION_MEMORY')
  })

  it.each([
    ['a function', '(module (import "a" "b" (func)))', 'E_ADMISSION_IMPORT'],
    ['a memory', '(module (import "a" "b" (memory 1)))', 'E_ADMISSION_IMPORT'],
    ['a start function', '(module (func $go) (start $go))', 'E_ADMISSION_START'],
    ['a component', '(component)', 'E_ADMISSION_MALFORMED'],
  ])('with %s is refused', async (_, text, code) => {
    expect(codeOf(await wat(text))).toBe(code)
  })

  it('that is truncated or invalid is refused', async () => {
    expect(codeOf(shipped.subarray(0, 5000))).toBe('E_ADMISSION_MALFORMED')
    const module = await wat('(module (func nop))')
    // What does nothing becomes `drop`, with nothing to drop.
    module[module.lastIndexOf(0x01)] = 0x1a
    expect(codeOf(module)).toBe('E_ADMISSION_MALFORMED')
    expect(codeOf(await wat('(module (func nop))'))).toBe('admitted')
  })
})
