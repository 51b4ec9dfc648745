/** The size of an application's machine code, estimated by instruction, must fit its memory. */
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../src/admission/byte-reader.ts'
import { admitModule } from '../../src/admission/index.ts'
import { newFindings, walkBody } from '../../src/admission/instructions.ts'
import { machineCodeOf } from '../../src/admission/machine-code.ts'
import { admitted, command, HELD, refused, wat } from './support.ts'

describe('the estimate', () => {
  it.each([
    [
      16,
      [
        0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0x20, 0x24, 0x41, 0x44, 0x45, 0x6c, 0x71, 0x7e, 0x83, 0xa7,
        0xac, 0xad, 0xbc, 0xc4, 0xd0,
      ],
    ],
    [24, [0x28, 0x3e]],
    [32, [0x02, 0x03, 0x04]],
    [48, [0x3f, 0x40, 0xb2, 0xbb, 0xd2]],
    [64, [0x10]],
    [80, [0x6d, 0x70, 0x7f, 0x82]],
    [96, [0x0c, 0x0d, 0x0e, 0x12, 0x25, 0x26]],
    [128, [0xa8, 0xab, 0xae, 0xb1, 0xfc, 0xfd]],
    [256, [0x11, 0x13]],
  ])('is %i bytes for each of %j', (bytes, opcodes) => {
    for (const opcode of opcodes) expect(machineCodeOf(opcode), `0x${opcode.toString(16)}`).toBe(bytes)
  })

  it('adds up all instructions of a function body, and the branches of a br_table', () => {
    const findings = newFindings()
    // i32.const 1, br_table with two branches and a default, end
    walkBody(new ByteReader(Uint8Array.of(0x41, 1, 0x0e, 2, 0, 0, 0, 0x0b)), findings)
    expect(findings.machineCode).toBe(16 + 96 + 2 * 24 + 16)
  })
})

describe('an application', () => {
  // A call takes 64 bytes, the end 16, and the function `run` 32.
  const calls = (count: number) => command(`(func $f ${'(call $f)'.repeat(count)})`)
  const memoryBytes = 64 * 1000 + 16 + 32

  it('is refused if its machine code exceeds its memory', async () => {
    expect(HELD).toBeLessThan(memoryBytes)
    expect(admitted(await calls(1000), { memoryBytes }).report.imports).toEqual([])
    expect(refused(await calls(1000), { memoryBytes: memoryBytes - 1 })).toMatchObject({
      code: 'E_ADMISSION_MEMORY',
      expected: `${memoryBytes} bytes or more`,
      got: `${memoryBytes - 1} bytes`,
    })
  })

  it('is refused likewise if it is a stand-alone module', async () => {
    const module = await wat(`(module (func $f ${'(call $f)'.repeat(1000)}))`)
    expect(() => admitModule(module, { memoryBytes: 64 * 1000 + 16 })).not.toThrow()
    expect(() => admitModule(module, { memoryBytes: 64 * 1000 + 15 })).toThrow('machine code')
  })
})
