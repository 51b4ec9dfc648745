/**
 * Estimates how much machine code the engine's compiler generates for an instruction. It can be fifty times the bytes
 * of the instruction, so the host's memory for an application's code is bounded by this estimate rather than by the
 * size of its modules.
 */
import { refusal } from './refusal.ts'

/** Bytes of machine code for an instruction that is not in LONG. */
const USUAL = 16

/** Ranges of instructions that take more: first, last, bytes. Measured by `npm run -s bench -- admission`. */
const LONG: readonly (readonly [first: number, last: number, bytes: number])[] = [
  [0x02, 0x04, 32], // block, loop, if
  [0x0c, 0x0d, 96], // br, br_if: a value that is passed is moved
  [0x0e, 0x0e, 96], // br_table, besides its branches
  [0x10, 0x10, 64], // call
  [0x11, 0x11, 256], // call_indirect
  [0x12, 0x12, 96], // return_call
  [0x13, 0x13, 256], // return_call_indirect
  [0x25, 0x26, 96], // table.get, table.set
  [0x28, 0x3e, 24], // loads and stores
  [0x3f, 0x40, 48], // memory.size, memory.grow
  [0x6d, 0x70, 80], // i32 division
  [0x7f, 0x82, 80], // i64 division
  [0xa8, 0xab, 128], // i32.trunc
  [0xae, 0xb1, 128], // i64.trunc
  [0xb2, 0xbb, 48], // conversions to floating point
  [0xd2, 0xd2, 48], // ref.func
  [0xfc, 0xfd, 128], // saturating conversions, bulk memory, tables, vectors
]

const BYTES: readonly number[] = Array.from(
  { length: 256 },
  (_, opcode) => LONG.find(([first, last]) => opcode >= first && opcode <= last)?.[2] ?? USUAL,
)

/** Bytes for each branch of a br_table. */
export const BRANCH_BYTES = 24

/** Maximum bytes of machine code for an instruction, by its first byte. */
export function machineCodeOf(opcode: number): number {
  return BYTES[opcode]!
}

/**
 * The machine code of an application may take as much as the application's memory, in addition to it.
 * @throws {EnclaveError} E_ADMISSION_MEMORY
 */
export function checkMachineCode(bytes: number, memoryBytes: number): void {
  if (bytes <= memoryBytes) return
  throw refusal(
    'E_ADMISSION_MEMORY',
    'the machine code of the application may need more memory than the application was given',
    `${bytes} bytes or more`,
    `${memoryBytes} bytes`,
  )
}
