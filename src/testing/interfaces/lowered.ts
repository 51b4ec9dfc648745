/** Calls of the compiled cryptography from outside an enclave: with core values, as the engine calls it. */
import { readFileSync } from 'node:fs'
import { guestBytes, guestRecord } from '../../kernel/guest-memory.ts'
import type { CoreFunction, LowerContext } from '../../kernel/resource.ts'
import { ARTEFACTS } from '../../platform/artefacts.ts'

/** The cases of the interface's enums, in their order (guests/engine/engine.wit). */
const CASES = ['sha256', 'sha384', 'sha512', 'sha1'] as const
const CURVES = ['p256', 'p384'] as const

const PAGE = 65536
/** Where the result of a call goes: an `option<list<u8>>`. */
const RESULT_LENGTH = 12

type Argument = number | string | Uint8Array
type Operation = Record<symbol, (context: LowerContext) => CoreFunction>

/** The memory of the caller, as an enclave's engine has one: arguments, then the result. */
const memory = new WebAssembly.Memory({ initial: 1 })
let top = 0

function allocate(_pointer: number, _oldLength: number, alignment: number, length: number): number {
  const pointer = Math.ceil(top / alignment) * alignment
  top = pointer + length
  const missing = top - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
  return pointer
}

const context: LowerContext = { memory, realloc: allocate, resourceTables: [] }

/** An argument as core values. */
function lowered(argument: Argument): number[] {
  if (typeof argument === 'number') return [argument]
  if (typeof argument === 'string')
    return [Math.max(CASES.indexOf(argument as never), CURVES.indexOf(argument as never))]
  const pointer = allocate(0, 0, 1, argument.byteLength)
  guestBytes(memory, pointer, argument.byteLength).set(argument)
  return [pointer, argument.byteLength]
}

/** The operations that `create` makes of the module, by name. The module is compiled for the first call. */
export function loweredCalls(
  create: (module: WebAssembly.Module) => Record<string, unknown>,
): (name: string) => (...args: readonly Argument[]) => unknown {
  let operations: Record<string, Operation> | undefined
  return (name) =>
    (...args) => {
      operations ??= create(new WebAssembly.Module(readFileSync(ARTEFACTS.crypto))) as Record<
        string,
        Operation
      >
      const call = operations[name]![Symbol.for('cabiLower')]!(context) as (...numbers: number[]) => unknown
      top = RESULT_LENGTH
      try {
        const decision = call(...args.flatMap(lowered), 0)
        if (decision !== undefined) return decision === 1
        const result = guestRecord(memory, 0, RESULT_LENGTH)
        if ((result.getInt32(0) & 255) === 0) return undefined
        return guestBytes(memory, result.getInt32(4), result.getInt32(8)).slice()
      } finally {
        // Secrets of one call are not there for the next.
        guestBytes(memory, 0, top).fill(0)
      }
    }
}
