/**
 * Types of the component model, as far as admission must know them (component model, Binary.md "Type Definitions"): the
 * text that tells one from another, and how many values one converts. Input is hostile: a type of a few bytes may name
 * another twice, and that one another, and so double at every step.
 */
import type { ByteReader } from './byte-reader.ts'
import type { Tally } from './limits.ts'

/** A type of values, of functions or of resources. */
export interface ValueType {
  readonly kind: 'value' | 'function' | 'resource'
  /** The same for types that are the same. A resource has its own name only. */
  readonly text: string
  /** How many values it converts, itself included. */
  readonly size: number
}

/** The type of an instance: what it exports, by name. */
export interface InstanceType {
  readonly kind: 'instance'
  readonly exports: ReadonlyMap<string, Type>
}

export type Type = ValueType | InstanceType

/** What an interface of the world has: the types of its functions by name, and the names of its resources. */
export interface Interface {
  readonly functions: Readonly<Record<string, string>>
  readonly resources: readonly string[]
}

/** What is not known: what an instance of a component exports that could not be followed. */
export const UNKNOWN: ValueType = { kind: 'value', text: 'unknown', size: 1 }

/** Looks up a type by its index. @throws {EnclaveError} E_ADMISSION_MALFORMED if it is not defined. */
export type TypeAt = (index: number, reader: ByteReader) => Type

const PRIMITIVES: Readonly<Record<number, string>> = {
  127: 'bool',
  126: 's8',
  125: 'u8',
  124: 's16',
  123: 'u16',
  122: 's32',
  121: 'u32',
  120: 's64',
  119: 'u64',
  118: 'f32',
  117: 'f64',
  116: 'char',
  115: 'string',
  100: 'error-context',
}

const FUNCTION = 0x40
const ASYNC_FUNCTION = 0x43
const RESOURCE = 0x3f
const ASYNC_RESOURCE = 0x3e
/** The representation of every resource: i32. */
const I32 = 0x7f

/** Reads types of values and functions; `lookUp` finds those that they name by index. */
export class TypeReader {
  readonly #tally: Tally
  readonly #nameLimit: number

  constructor(tally: Tally, nameLimit: number) {
    this.#tally = tally
    this.#nameLimit = nameLimit
  }

  /** A definition whose first byte is `form`, which was read; undefined if it does not define values, functions or resources. */
  definition(form: number, reader: ByteReader, typeAt: TypeAt): ValueType | undefined {
    if (form === FUNCTION || form === ASYNC_FUNCTION) return this.#function(form, reader, typeAt)
    if (form === RESOURCE || form === ASYNC_RESOURCE) return this.#resource(form, reader)
    const primitive = PRIMITIVES[form]
    if (primitive !== undefined) return { kind: 'value', text: primitive, size: 1 }
    return this.#composite(form, reader, typeAt)
  }

  /** A primitive type or the index of one. */
  value(reader: ByteReader, typeAt: TypeAt): ValueType {
    const first = reader.bytes[reader.at]
    const primitive = first === undefined ? undefined : PRIMITIVES[first]
    // Indexes are signed numbers: those of one byte end at 0x3f, and the primitive types are negative ones.
    if (primitive !== undefined) {
      reader.byte()
      return { kind: 'value', text: primitive, size: 1 }
    }
    const type = typeAt(reader.index33(), reader)
    if (type.kind === 'value') return type
    throw reader.malformed('a value is of a type that values do not have', 'a type of values', type.kind)
  }

  #composite(form: number, reader: ByteReader, typeAt: TypeAt): ValueType | undefined {
    const value = () => this.value(reader, typeAt)
    const optional = () => (this.#flag(reader) ? value() : undefined)
    switch (form) {
      case 0x72:
        return this.#sized('record', this.#fields(reader, value))
      case 0x71:
        return this.#sized(
          'variant',
          this.#vector(reader, () => {
            const field = { label: reader.name(this.#nameLimit), type: optional() }
            this.#zero(reader)
            return field
          }),
        )
      case 0x70:
        return this.#sized('list', [{ type: value() }])
      case 0x67: {
        const type = value()
        const length = reader.u32()
        return this.#sized(`list${length}`, [{ type, times: length }])
      }
      case 0x6f:
        return this.#sized(
          'tuple',
          this.#vector(reader, () => ({ type: value() })),
        )
      case 0x6e:
        return this.#sized('flags', this.#labels(reader))
      case 0x6d:
        return this.#sized('enum', this.#labels(reader))
      case 0x6b:
        return this.#sized('option', [{ type: value() }])
      case 0x6a:
        return this.#sized('result', [{ type: optional() }, { type: optional() }])
      case 0x69:
      case 0x68:
        return this.#handle(form === 0x69 ? 'own' : 'borrow', reader, typeAt)
      case 0x66:
        return this.#sized('stream', [{ type: optional() }])
      case 0x65:
        return this.#sized('future', [{ type: optional() }])
      default:
        return undefined
    }
  }

  #handle(word: string, reader: ByteReader, typeAt: TypeAt): ValueType {
    const type = typeAt(reader.u32(), reader)
    if (type.kind === 'resource' || type === UNKNOWN)
      return { kind: 'value', text: `${word}<${(type as ValueType).text}>`, size: 1 }
    throw reader.malformed(`'${word}' needs a resource`, 'a type of resources', type.kind)
  }

  #function(form: number, reader: ByteReader, typeAt: TypeAt): ValueType {
    const parameters = this.#fields(reader, () => this.value(reader, typeAt))
    const results: Field[] = []
    if (this.#flag(reader)) this.#zero(reader)
    else results.push({ type: this.value(reader, typeAt) })
    const word = form === FUNCTION ? 'func' : 'async func'
    // Names of parameters convert nothing, and releases of WASI may differ in them.
    const { text, size } = this.#sized(
      word,
      parameters.map(({ type }) => ({ type })),
    )
    const result = this.#sized('', results)
    this.#check(size + result.size)
    return { kind: 'function', text: `${text}->${result.text}`, size: size + result.size }
  }

  #resource(form: number, reader: ByteReader): ValueType {
    const representation = reader.byte()
    if (representation !== I32)
      throw reader.malformed('a resource has another representation', 'i32', representation)
    if (form === ASYNC_RESOURCE) reader.u32()
    if (this.#flag(reader)) reader.u32()
    return { kind: 'resource', text: 'a resource of its own', size: 1 }
  }

  #fields(reader: ByteReader, value: () => ValueType): Field[] {
    return this.#vector(reader, () => ({ label: reader.name(this.#nameLimit), type: value() }))
  }

  #labels(reader: ByteReader): Field[] {
    return this.#vector(reader, () => ({ label: reader.name(this.#nameLimit), type: undefined }))
  }

  #vector(reader: ByteReader, read: () => Field): Field[] {
    const count = reader.count('parts of a type')
    this.#tally.add('parts of types', count)
    return Array.from({ length: count }, read)
  }

  #sized(word: string, fields: readonly Field[]): ValueType {
    let size = 1
    for (const { type, times = 1 } of fields) size += times * (type?.size ?? 1)
    this.#check(size)
    // Added one by one: V8 then shares the texts of parts, however often they are named, and copies none.
    let text = `${word}<`
    for (const { label, type } of fields) {
      if (label !== undefined) text += `${label}:`
      text += type === undefined ? '_' : type.text
      text += ','
    }
    return { kind: 'value', text: `${text}>`, size }
  }

  #check(size: number): void {
    this.#tally.most('values of one type', size)
  }

  #flag(reader: ByteReader): boolean {
    const value = reader.byte()
    if (value > 1)
      throw reader.malformed('an optional part of a type is neither there nor not', '0 or 1', value)
    return value === 1
  }

  #zero(reader: ByteReader): void {
    const value = reader.byte()
    if (value !== 0) throw reader.malformed('a reserved byte is set', '0', value)
  }
}

interface Field {
  readonly label?: string
  readonly type: ValueType | undefined
  readonly times?: number
}
