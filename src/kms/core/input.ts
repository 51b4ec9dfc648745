/**
 * Validation of a call's parameters, with error messages in the wording of AWS KMS. A call is hostile: an unknown
 * parameter is rejected, and lengths are checked before anything else. Byte strings come as
 * `Uint8Array` from programs and as base64 over HTTP.
 */

import { fromBase64 } from '../../base/base64.ts'
import type { Bytes } from '../../base/bytes.ts'
import { KmsError } from './error.ts'

/** The encoding of byte strings in a call. */
export type Form = 'bytes' | 'base64'

/** Reads one parameter; `path` names it in errors. */
export interface Field<Value> {
  read(value: unknown, path: string, form: Form): Value
}

/** The fields of a call. */
export type Fields<Input> = { readonly [Name in keyof Input]-?: Field<Input[Name]> }

/** The error for an invalid parameter (AWS: ValidationException). */
export function invalid(path: string, constraint: string, got?: string): KmsError {
  return new KmsError('E_KMS_VALIDATION', {
    what: `1 validation error detected: Value at '${path}' failed to satisfy constraint: ${constraint}`,
    ...(got !== undefined && { got }),
  })
}

/** The error for a parameter of the wrong type (AWS: SerializationException). */
function wrongType(path: string, expected: string, value: unknown): KmsError {
  const got = Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value
  return new KmsError('E_KMS_TYPE', { what: `'${path}' has the wrong type`, expected, got })
}

/** The error for a parameter that this KMS does not support (AWS: UnsupportedOperationException). */
export function unsupported(path: string, expected = 'none'): KmsError {
  return new KmsError('E_KMS_UNSUPPORTED', {
    what: `'${path.slice(0, 80)}' is not supported here`,
    expected,
    got: 'a value that would change the meaning of the call',
  })
}

const length = (relation: 'less' | 'greater', bound: number) =>
  `Member must have length ${relation} than or equal to ${bound}`

/** A member with a value that is not in `known`. Ignoring it could change the meaning of the call. */
export function unknownMember(value: object, known: readonly string[]): string | undefined {
  return Object.entries(value).find(([name, one]) => !known.includes(name) && one !== undefined)?.[0]
}

/**
 * Reads every field of `input`. Unknown members are rejected: ignoring one could change the meaning of the call.
 * @throws {KmsError} E_KMS_VALIDATION, E_KMS_TYPE, E_KMS_UNSUPPORTED
 */
export function readInput<Input>(fields: Fields<Input>, input: unknown, form: Form, path = ''): Input {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw wrongType(path || 'input', 'an object', input)
  }
  const given = input as Record<string, unknown>
  const unknown = Object.keys(given).find(
    (name) => !Object.hasOwn(fields, name) && (given[name] ?? null) !== null,
  )
  if (unknown !== undefined) throw unsupported(path ? `${path}.${unknown}` : unknown)
  const read: Partial<Input> = {}
  for (const name of Object.keys(fields) as (keyof Input & string)[]) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    const result = fields[name].read(value ?? undefined, path ? `${path}.${name}` : name, form)
    if (result !== undefined) read[name] = result
  }
  return read as Input
}

/** An optional field. */
export function optional<Value>(field: Field<Value>): Field<Value | undefined> {
  return { read: (value, path, form) => (value === undefined ? undefined : field.read(value, path, form)) }
}

/**
 * A parameter that the clouds support and this KMS does not: it may have only values that have no effect.
 * @throws {KmsError} E_KMS_UNSUPPORTED, and what `field` throws.
 */
export function inert<Value>(
  field: Field<Value>,
  isInert: (value: Value) => boolean,
  expected: string,
): Field<undefined> {
  return {
    read(value, path, form) {
      if (value !== undefined && !isInert(field.read(value, path, form))) throw unsupported(path, expected)
      return undefined
    },
  }
}

/** A field with the default value `otherwise`. */
export function defaulting<Value>(field: Field<Value>, otherwise: Value): Field<Value> {
  return { read: (value, path, form) => (value === undefined ? otherwise : field.read(value, path, form)) }
}

const present = (value: unknown, path: string) => {
  if (value === undefined) throw invalid(path, 'Member must not be null')
}

/** A string of `least` to `most` characters. */
export function text(least: number, most: number, pattern?: RegExp): Field<string> {
  return {
    read(value, path) {
      present(value, path)
      if (typeof value !== 'string') throw wrongType(path, 'a text', value)
      const got = `${value.length} characters`
      if (value.length < least) throw invalid(path, length('greater', least), got)
      if (value.length > most) throw invalid(path, length('less', most), got)
      if (pattern && !pattern.test(value)) {
        throw invalid(path, `Member must satisfy regular expression pattern: ${pattern.source}`)
      }
      return value
    },
  }
}

/** One of the given strings. */
export function oneOf<Word extends string>(words: readonly Word[]): Field<Word> {
  return {
    read(value, path) {
      present(value, path)
      if (typeof value !== 'string') throw wrongType(path, 'a text', value)
      if ((words as readonly string[]).includes(value)) return value as Word
      throw invalid(path, `Member must satisfy enum value set: [${words.join(', ')}]`, value.slice(0, 80))
    },
  }
}

/** A byte string of `least` to `most` bytes. */
export function bytes(least: number, most: number): Field<Bytes> {
  return {
    read(value, path, form) {
      present(value, path)
      const read = form === 'base64' ? decode(value, path, most) : value
      if (!(read instanceof Uint8Array)) throw wrongType(path, 'a Uint8Array', read)
      const got = `${read.byteLength} bytes`
      if (read.byteLength < least) throw invalid(path, length('greater', least), got)
      if (read.byteLength > most) throw invalid(path, length('less', most), got)
      return new Uint8Array(read)
    },
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function decode(value: unknown, path: string, most: number): Bytes {
  if (typeof value !== 'string') throw wrongType(path, 'base64', value)
  if (value.length > 4 * Math.ceil(most / 3)) throw invalid(path, length('less', most))
  if (BASE64.test(value)) return fromBase64(value)
  throw new KmsError('E_KMS_TYPE', { what: `'${path}' is not base64`, got: `${value.length} characters` })
}

/** A whole number. */
export function integer(least: number, most: number): Field<number> {
  return {
    read(value, path) {
      present(value, path)
      if (typeof value !== 'number' || !Number.isInteger(value))
        throw wrongType(path, 'a whole number', value)
      const bound = (relation: string, limit: number) =>
        `Member must have value ${relation} than or equal to ${limit}`
      if (value < least) throw invalid(path, bound('greater', least), `${value}`)
      if (value > most) throw invalid(path, bound('less', most), `${value}`)
      return value
    },
  }
}

/** `true` or `false`. */
export const boolean: Field<boolean> = {
  read(value, path) {
    present(value, path)
    if (typeof value !== 'boolean') throw wrongType(path, 'true or false', value)
    return value
  },
}

/** An object whose values are strings, of at most `most` bytes in total. */
export function textMap(most: number): Field<Readonly<Record<string, string>>> {
  return {
    read(value, path) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw wrongType(path, 'an object of strings', value)
      }
      const entries = Object.entries(value)
      let size = 0
      for (const [key, one] of entries) {
        if (typeof one !== 'string') throw wrongType(`${path}.${key}`, 'a text', one)
        size += key.length + one.length
        if (size > most) throw invalid(path, length('less', most))
      }
      return Object.freeze(Object.fromEntries(entries)) as Readonly<Record<string, string>>
    },
  }
}

/** A list of at most `most` items. */
export function list<Value>(field: Field<Value>, most: number): Field<readonly Value[]> {
  return {
    read(value, path, form) {
      present(value, path)
      if (!Array.isArray(value)) throw wrongType(path, 'a list', value)
      if (value.length > most) throw invalid(path, length('less', most), `${value.length}`)
      return value.map((one, at) => field.read(one ?? undefined, `${path}.${at + 1}.member`, form))
    },
  }
}

/** An object of fields. */
export function object<Value>(fields: Fields<Value>): Field<Value> {
  return {
    read(value, path, form) {
      present(value, path)
      return readInput(fields, value, form, path)
    },
  }
}
