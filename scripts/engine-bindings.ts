/**
 * Makes the C of the engine's imports and of their types from guests/engine/engine.wit and wit/: each function with its
 * core signature (Canonical ABI of the component model), and the tables by which guests/engine/runtime/values.c carries
 * JavaScript values over.
 */
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools'
import { readComponent } from '../src/admission/component.ts'
import { newFindings } from '../src/admission/instructions.ts'

/** The core types that can hold either of two: where they differ, a mark that nothing can be lowered to. */
const joined = (one: string, other: string) =>
  Array.from({ length: Math.max(one.length, other.length) }, (_, at) =>
    (one[at] ?? other[at]) === (other[at] ?? one[at]) ? (one[at] ?? other[at]) : '?',
  ).join('')

/** A type as values.c sees it: `c` is the name of its table. */
interface Type {
  readonly c: string
  readonly size: number
  readonly align: number
  /** Its core types, each `i` (i32) or `l` (i64). */
  readonly flat: string
}

interface Case {
  readonly name: string
  readonly type: Type | undefined
}

const SCALARS: Readonly<Record<string, [size: number, flat: string]>> = {
  bool: [1, 'i'],
  u8: [1, 'i'],
  u16: [2, 'i'],
  u32: [4, 'i'],
  u64: [8, 'l'],
}
const WORD: Readonly<Record<string, string>> = { i: 'int32_t', l: 'int64_t' }
const MAX_FLAT_RESULTS = 1

const quote = (text: string) => JSON.stringify(text)
const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
const pascalCase = (name: string) => camelCase(`-${name}`)
const alignTo = (offset: number, align: number) => Math.ceil(offset / align) * align

/** The tables of all types, each once, in the order in which they need one another. */
class Types {
  readonly tables: string[] = []
  readonly resources: string[] = []
  readonly #known = new Map<string, Type>()
  #text = ''
  #at = 0

  /** Reads one type, as src/admission writes it; undefined for `_`. */
  parse(text: string): Type | undefined {
    this.#text = text
    this.#at = 0
    return this.#type()
  }

  #word(): string {
    const start = this.#at
    while (!/[<>,:]/.test(this.#text[this.#at] ?? ',')) this.#at++
    return this.#text.slice(start, this.#at)
  }

  #type(): Type | undefined {
    const start = this.#at
    const word = this.#word()
    if (word === '_') return undefined
    const cases: Case[] = []
    if (this.#text[this.#at] === '<') {
      this.#at++
      while (this.#text[this.#at] !== '>') {
        cases.push(this.#case(word))
        this.#at++ // The comma.
        if (word === 'own' || word === 'borrow') this.#at--
      }
      this.#at++
    }
    const text = this.#text.slice(start, this.#at)
    const known = this.#known.get(text)
    if (known) return known
    const made = this.#define(word, cases)
    this.#known.set(text, made)
    return made
  }

  #case(word: string): Case {
    const before = this.#at
    if (word === 'own' || word === 'borrow') return { name: this.#word(), type: undefined }
    if (word !== 'record' && word !== 'enum' && word !== 'variant') return { name: '', type: this.#type() }
    const name = this.#word()
    if (this.#text[this.#at] !== ':') throw new Error(`no name at ${before} of ${this.#text}`)
    this.#at++
    return { name, type: this.#type() }
  }

  #define(word: string, cases: readonly Case[]): Type {
    const scalar = SCALARS[word]
    if (scalar) return this.#table(word, { size: scalar[0], align: scalar[0], flat: scalar[1] })
    if (word === 'own' || word === 'borrow') {
      const resource = this.resource(cases[0]!.name)
      return this.#table(word, { size: 4, align: 4, flat: 'i' }, [], resource)
    }
    if (word === 'string') return this.#table(word, { size: 8, align: 4, flat: 'ii' })
    if (word === 'list') {
      const kind = cases[0]!.type!.c === this.#known.get('u8')?.c ? 'bytes' : 'list'
      return this.#table(kind, { size: 8, align: 4, flat: 'ii' }, cases)
    }
    if (word === 'record' || word === 'tuple') {
      const named = cases.map(({ name, type }) => ({ name: camelCase(name), type }))
      return this.#table(word, undefined, named)
    }
    if (word === 'option') return this.#table(word, undefined, [{ name: '', type: undefined }, ...cases])
    if (word === 'result') {
      return this.#table(word, undefined, [
        { name: 'ok', type: cases[0]!.type },
        { name: 'err', type: cases[1]!.type },
      ])
    }
    if (word === 'enum' || word === 'variant') return this.#table(word, undefined, cases)
    throw new Error(`there is no table for ${word}`)
  }

  resource(name: string): number {
    if (!this.resources.includes(name)) this.resources.push(name)
    return this.resources.indexOf(name)
  }

  #table(kind: string, given: Omit<Type, 'c'> | undefined, cases: readonly Case[] = [], resource = 0): Type {
    const c = `type_${this.tables.length}`
    const isProduct = kind === 'record' || kind === 'tuple'
    const align = given?.align ?? Math.max(1, ...cases.map(({ type }) => type?.align ?? 1))
    // A discriminant of a byte: no type here has more than 256 cases.
    const payload = isProduct ? 0 : alignTo(1, align)
    let end = payload
    const members = cases.map(({ name, type }) => {
      const offset = isProduct ? alignTo(end, type!.align) : payload
      end = isProduct ? offset + type!.size : Math.max(end, payload + (type?.size ?? 0))
      return `{ ${quote(name)}, ${offset}, ${type ? `&${type.c}` : '0'} }`
    })
    const flats = cases.map(({ type }) => type?.flat ?? '')
    const type: Type = {
      c,
      align,
      size: given?.size ?? alignTo(end, align),
      flat: given?.flat ?? (isProduct ? flats.join('') : `i${flats.reduce(joined, '')}`),
    }
    if (members.length > 0)
      this.tables.push(`static const Member ${c}_members[] = { ${members.join(', ')} };`)
    else this.tables.push('')
    const list = members.length > 0 ? `${c}_members` : '0'
    this.tables[this.tables.length - 1] +=
      `\nstatic const Type ${c} = { KIND_${kind.toUpperCase()}, ${type.align}, ${type.size}, ${members.length}, ` +
      `${type.flat.length}, ${resource}, ${list} };`
    return type
  }
}

/** One import: its lines of C, and its row in the table of functions. */
function importOf(types: Types, module: string, name: string, text: string, index: number): [string, string] {
  const found = /^func<(.*)>-><(.*)>$/.exec(text)
  if (!found) throw new Error(`${name} has the type ${text}`)
  const list = (inner: string) => types.parse(`tuple<${inner}>`)!
  const params = list(found[1]!)
  const result = found[2] === '' ? undefined : types.parse(found[2]!.replace(/,$/, ''))
  const isStored = (result?.flat.length ?? 0) > MAX_FLAT_RESULTS
  if (params.flat.includes('?')) throw new Error(`${name}: values.c lowers no mixed words`)
  const words = [...params.flat, ...(isStored ? 'i' : '')]
  const given = words.map((word, at) => `words[${at}].${word}`).join(', ')
  const direct = isStored || !result ? 'void' : WORD[result.flat]!
  const c = `import_${index}`
  const keep = direct === 'void' ? '' : `words[0].${result!.flat} = `
  const declared = words.map((word) => WORD[word]).join(', ') || 'void'
  const lines = [
    `__attribute__((import_module(${quote(module)}), import_name(${quote(name)})))`,
    `extern ${direct} ${c}(${declared});`,
    `static void call_${index}(Word *words) { ${keep}${c}(${given}); (void)words; }`,
  ].join('\n')
  const [, kind, owner, own] = /^(?:\[(method|static)\]([^.]+)\.)?(.+)$/.exec(name)!
  const row = [
    quote(module.replace(/@.*$/, '')),
    quote(camelCase(own!)),
    `call_${index}`,
    `&${params.c}`,
    result ? `&${result.c}` : '0',
    kind === 'method' ? 'METHOD' : kind === 'static' ? 'STATIC' : 'FREE',
    owner === undefined ? 0 : types.resource(owner),
    isStored ? 1 : 0,
  ]
  return [lines, `  { ${row.join(', ')} },`]
}

/** The text of the file that guests/engine/runtime/values.c includes. */
export async function engineBindings(witSource: string): Promise<string> {
  const embedded = await componentEmbed({ dummy: true, witSource, world: 'engine' } as never)
  const { imports } = readComponent(await componentNew(embedded), newFindings())
  const types = new Types()
  types.parse('u8')
  const functions: [string, string][] = []
  const drops = new Map<string, string>()
  for (const { name: module, type } of imports) {
    if (type.kind !== 'instance') continue
    for (const [name, member] of type.exports) {
      if (member.kind === 'function')
        functions.push(importOf(types, module, name, member.text, functions.length))
      if (member.kind === 'resource' && !drops.has(name)) drops.set(name, module)
    }
  }
  const dropImports = types.resources.map((name, index) => {
    const module = drops.get(name)!
    return [
      `__attribute__((import_module(${quote(module)}), import_name(${quote(`[resource-drop]${name}`)})))`,
      `extern void drop_${index}(int32_t);`,
    ].join('\n')
  })
  const resources = types.resources.map((name, index) => {
    return `  { ${quote(drops.get(name)!.replace(/@.*$/, ''))}, ${quote(pascalCase(name))}, drop_${index} },`
  })
  return [
    ...functions.map(([lines]) => lines),
    ...dropImports,
    ...types.tables,
    `static const Function functions[] = {\n${functions.map(([, row]) => row).join('\n')}\n};`,
    `static const Resource resources[] = {\n${resources.join('\n')}\n};`,
    '',
  ].join('\n')
}
