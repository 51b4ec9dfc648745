/** webclave:crypto of the test enclave: the compiled cryptography, called as the engine calls it. */
import { readFileSync } from 'node:fs'
import { createCrypto } from '../../kernel/crypto.ts'
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

let operations: Record<string, Operation> | undefined

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

const operation =
  (name: string) =>
  (...args: readonly Argument[]): unknown => {
    operations ??= createCrypto(new WebAssembly.Module(readFileSync(ARTEFACTS.crypto))) as Record<
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

export const hash: unknown = operation('hash')
export const hmac: unknown = operation('hmac')
export const hkdf: unknown = operation('hkdf')
export const pbkdf2: unknown = operation('pbkdf2')
export const aesGcmSeal: unknown = operation('aesGcmSeal')
export const aesGcmOpen: unknown = operation('aesGcmOpen')
export const aesCbcSeal: unknown = operation('aesCbcSeal')
export const aesCbcOpen: unknown = operation('aesCbcOpen')
export const aesCtr: unknown = operation('aesCtr')
export const aesWrap: unknown = operation('aesWrap')
export const aesUnwrap: unknown = operation('aesUnwrap')
export const ecGenerate: unknown = operation('ecGenerate')
export const ecPublic: unknown = operation('ecPublic')
export const ecdh: unknown = operation('ecdh')
export const ecdsaSign: unknown = operation('ecdsaSign')
export const ecdsaVerify: unknown = operation('ecdsaVerify')
export const ed25519Public: unknown = operation('ed25519Public')
export const ed25519Sign: unknown = operation('ed25519Sign')
export const ed25519Verify: unknown = operation('ed25519Verify')
export const x25519: unknown = operation('x25519')
export const rsaGenerate: unknown = operation('rsaGenerate')
export const rsaExponent: unknown = operation('rsaExponent')
export const rsaOaepOpen: unknown = operation('rsaOaepOpen')
export const rsaOaepSeal: unknown = operation('rsaOaepSeal')
export const rsaSign: unknown = operation('rsaSign')
export const rsaVerify: unknown = operation('rsaVerify')
export const rsaPssSign: unknown = operation('rsaPssSign')
export const rsaPssVerify: unknown = operation('rsaPssVerify')
export const argon2id: unknown = operation('argon2id')
