/**
 * Checks of the arguments of the SDK's functions. A wrong argument is the application's mistake, so it throws a TypeError
 * that names the argument, with the code E_ARGUMENT; it never ends the enclave.
 */
import type { Bytes } from '../base/bytes.ts'

/** Bytes as the functions of the SDK take them: any view, such as a Uint8Array or a DataView, or an ArrayBuffer. */
export type BytesInput = ArrayBuffer | ArrayBufferView

/** A wrong argument. `message` names it, and says what was expected; it contains no value of a secret. */
export class ArgumentError extends TypeError {
  readonly code = 'E_ARGUMENT'

  constructor(name: string, expected: string, got: string) {
    super(`${name}: expected ${expected}, got ${got}`)
  }
}

/** The type of a value, for an error: never its content. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (value === undefined) return 'undefined'
  return /^[aeiou]/.test(typeof value) ? `an ${typeof value}` : `a ${typeof value}`
}

/** `value` as a Uint8Array over the same memory. @throws {ArgumentError} */
export function bytesOf(name: string, value: unknown): Bytes {
  if (value instanceof Uint8Array) return value as Bytes
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength) as Bytes
  throw new ArgumentError(name, 'a Uint8Array, another view or an ArrayBuffer', typeOf(value))
}

/** `bytesOf` a value that may be missing. @throws {ArgumentError} */
export function optionalBytesOf(name: string, value: unknown): Bytes | undefined {
  return value === undefined || value === null ? undefined : bytesOf(name, value)
}

/** An integer from `min` to `max`. @throws {ArgumentError} */
export function integerOf(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  const got = typeof value === 'number' ? String(value) : typeOf(value)
  throw new ArgumentError(name, `an integer from ${min} to ${max}`, got)
}

/** A string. @throws {ArgumentError} */
export function stringOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new ArgumentError(name, 'a string', typeOf(value))
}

/** `stringOf` a value that may be missing. @throws {ArgumentError} */
export function optionalStringOf(name: string, value: unknown): string | undefined {
  return value === undefined ? undefined : stringOf(name, value)
}

/** A function. @throws {ArgumentError} */
export function functionOf<Given>(name: string, value: Given): Given {
  if (typeof value === 'function') return value
  throw new ArgumentError(name, 'a function', typeOf(value))
}

/** An object that is not an array. @throws {ArgumentError} */
export function objectOf<Given>(name: string, value: Given): Given {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new ArgumentError(name, 'an object', typeOf(value))
}

/** An object with no members but `known`, so that a misspelt option is noticed. @throws {ArgumentError} */
export function optionsOf<Given>(name: string, value: Given, known: readonly string[]): Given {
  objectOf(name, value)
  const unknown = Object.keys(value as object).find((member) => !known.includes(member))
  if (unknown === undefined) return value
  throw new ArgumentError(name, `only the members ${known.join(', ')}`, JSON.stringify(unknown.slice(0, 80)))
}
