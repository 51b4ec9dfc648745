/**
 * What a component, or a type of instances, has defined so far, by kind and index (component model, Binary.md "Index
 * Spaces"): types, functions and instances, each with its type. Input is hostile.
 */
import type { ByteReader } from './byte-reader.ts'
import { externName, type SortName, sort } from './extern.ts'
import type { Findings } from './instructions.ts'
import { NAME_LIMIT } from './limits.ts'
import { featureRefusal } from './refusal.ts'
import { type InstanceType, type Type, TypeReader, UNKNOWN, type ValueType } from './types.ts'

const INSTANCE_TYPE = 0x42
const COMPONENT_TYPE = 0x41
const CORE_TYPE = 'types of core modules within components'

/** One scope. `depth` counts the scopes around it. */
export class Scope {
  readonly #findings: Findings
  readonly #types: TypeReader
  readonly #parent: Scope | undefined
  readonly #depth: number
  readonly #spaces: Record<SortName, Type[]> = { type: [], function: [], instance: [] }
  /** What it exports, by name. */
  readonly exports: Map<string, Type> = new Map()

  constructor(findings: Findings, parent?: Scope) {
    this.#findings = findings
    this.#types = new TypeReader(findings.tally, NAME_LIMIT)
    this.#parent = parent
    this.#depth = parent ? parent.#depth + 1 : 1
    findings.tally.most('levels of nested components', this.#depth)
  }

  /** Its type as that of an instance. */
  get asInstance(): InstanceType {
    return { kind: 'instance', exports: this.exports }
  }

  add(kind: SortName, type: Type): void {
    this.#spaces[kind].push(type)
  }

  /** What stands at `index`; unknown where nothing does, which the validator refuses. */
  get(kind: SortName, index: number): Type {
    return this.#spaces[kind][index] ?? UNKNOWN
  }

  readonly typeAt = (index: number, reader: ByteReader): Type => {
    const type = this.#spaces.type[index]
    if (type) return type
    throw reader.malformed('a type is not defined', `an index below ${this.#spaces.type.length}`, index)
  }

  /** Reads one entry of a type section, or of a type of instances, and adds it. */
  define(reader: ByteReader): void {
    this.add('type', this.#definition(reader))
  }

  /** Reads a primitive type or the index of a type. */
  value(reader: ByteReader): ValueType {
    return this.#types.value(reader, this.typeAt)
  }

  /** Reads an alias and adds what it names. */
  alias(reader: ByteReader, checkName: (name: string, isCore: boolean) => void): void {
    const kind = sort(reader)
    const target = reader.byte()
    if (target > 2) throw reader.malformed('unknown alias target', '0, 1 or 2', target)
    const [first, at] = [reader.u32(), reader.at]
    if (target === 2) {
      const index = reader.u32()
      if (kind === 'core') return
      if (kind !== 'type') throw featureRefusal(`aliases of ${kind}s of an outer component`, at)
      return this.add('type', this.#outer(first).get('type', index))
    }
    const name = reader.name(NAME_LIMIT)
    checkName(name, target === 1)
    if (kind === 'core') return
    const instance = this.get('instance', first)
    this.add(kind, (instance.kind === 'instance' && instance.exports.get(name)) || UNKNOWN)
  }

  /** Reads the type of the import or export `name`, and adds what is imported or exported. */
  extern(reader: ByteReader, name: string): { kind: SortName; type: Type } {
    const extern = this.externType(reader, name)
    this.add(extern.kind, extern.type)
    return extern
  }

  /** Reads the type of the import or export `name`. */
  externType(reader: ByteReader, name: string): { kind: SortName; type: Type } {
    const at = reader.at
    const sort = reader.byte()
    if (sort === 0x01) return { kind: 'function', type: this.#typed('function', reader) }
    if (sort === 0x05) return { kind: 'instance', type: this.#typed('instance', reader) }
    if (sort !== 0x03) throw featureRefusal(`imports or exports of ${wordOf(sort)}`, at)
    const bound = reader.byte()
    if (bound > 1) throw reader.malformed('unknown type bound', '0 or 1', bound)
    if (bound === 0) return { kind: 'type', type: this.typeAt(reader.u32(), reader) }
    return { kind: 'type', type: { kind: 'resource', text: name, size: 1 } }
  }

  #typed(kind: 'function' | 'instance', reader: ByteReader): Type {
    const type = this.typeAt(reader.u32(), reader)
    if (type.kind === kind || type === UNKNOWN) return type
    throw reader.malformed(`a ${kind} has the type of something else`, `a type of ${kind}s`, type.kind)
  }

  #definition(reader: ByteReader): Type {
    const at = reader.at
    const form = reader.byte()
    if (form === INSTANCE_TYPE || form === COMPONENT_TYPE) return this.#nested(form, reader)
    const type = this.#types.definition(form, reader, this.typeAt)
    if (type) return type
    throw featureRefusal(`types of form 0x${form.toString(16)}`, at)
  }

  /** The type of an instance, or of a component, which is only parsed: components cannot be imported or exported. */
  #nested(form: number, reader: ByteReader): Type {
    const scope = new Scope(this.#findings, this)
    const count = reader.count('declarations')
    this.#findings.tally.add('parts of types', count)
    for (let left = count; left > 0; left--) scope.#declaration(form, reader)
    return form === INSTANCE_TYPE ? scope.asInstance : UNKNOWN
  }

  #declaration(form: number, reader: ByteReader): void {
    const at = reader.at
    const kind = reader.byte()
    if (kind === 0x00) throw featureRefusal(CORE_TYPE, at)
    if (kind === 0x01) return this.define(reader)
    if (kind === 0x02) return this.alias(reader, () => {})
    if (kind === 0x04 || (kind === 0x03 && form === COMPONENT_TYPE)) {
      const name = externName(reader)
      const { type } = this.extern(reader, name)
      if (kind === 0x04) this.exports.set(name, type)
      return
    }
    throw reader.malformed('unknown declaration in a type', '1, 2 or 4', kind)
  }

  #outer(count: number): Scope {
    let scope: Scope = this
    for (let left = count; left > 0 && scope.#parent; left--) scope = scope.#parent
    return scope
  }
}

const WORDS: Readonly<Record<number, string>> = { 0: 'core modules', 2: 'values', 4: 'components' }

const wordOf = (sort: number) => WORDS[sort] ?? `kind 0x${sort.toString(16)}`
