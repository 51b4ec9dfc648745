/**
 * Reads JSON on which security decisions depend: RFC 8259 restricted to I-JSON (RFC 7493). Duplicate names are
 * rejected, because two parsers may pick different ones; so are lone surrogates, numbers that a double cannot hold, and
 * input with too many or too deeply nested values. The text is hostile and may contain secrets: an error gives the
 * position and never shows the text.
 */
import { plainObject } from '../base/plain-object.ts'

/** Maximum nesting depth of arrays and objects. */
export const JSON_DEPTH_MAX = 64
/** Default for the maximum number of values in a text, nested ones included. */
export const JSON_VALUES_MAX = 65_536

/**
 * Makes the error to throw. `expected` is what should be at the position, `got` what is, with line and column from 1.
 */
export type RefuseJson = (expected: string, got: string) => Error

/**
 * Parses `source`, a string or UTF-8 without a byte order mark.
 *
 * @param most maximum number of values, counting the outermost value and all that it contains.
 * @throws the error that `refuse` returns.
 * @example
 * const refuse = (expected, got) => new Error(`expected ${expected}, got ${got}`)
 * readJson('{"a":[1,true]}', refuse) // { a: [1, true] }
 */
export function readJson(
  source: string | Uint8Array,
  refuse: RefuseJson,
  most: number = JSON_VALUES_MAX,
): unknown {
  return new Reader(typeof source === 'string' ? source : decode(source, refuse), refuse, most).read()
}

function decode(bytes: Uint8Array, refuse: RefuseJson): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refuse('UTF-8', `${bytes.byteLength} bytes that are not UTF-8`)
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORDS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

class Reader {
  readonly #text: string
  readonly #refuse: RefuseJson
  readonly #most: number
  #at = 0
  #values = 0

  constructor(text: string, refuse: RefuseJson, most: number) {
    this.#text = text
    this.#refuse = refuse
    this.#most = most
  }

  read(): unknown {
    const value = this.#value(0)
    if (this.#at < this.#text.length) throw this.#fail('the end')
    return value
  }

  /** A value with the white space around it. `depth` counts the arrays and objects that are open. */
  #value(depth: number): unknown {
    this.#skip(SPACE)
    const value = this.#bare(depth)
    this.#skip(SPACE)
    return value
  }

  #bare(depth: number): unknown {
    if (++this.#values > this.#most) throw this.#fail(`at most ${this.#most} values`)
    const first = this.#text[this.#at]
    if (first === '"') return this.#string()
    if (first === '{' || first === '[') {
      if (depth === JSON_DEPTH_MAX) throw this.#fail(`at most ${JSON_DEPTH_MAX} levels of nesting`)
      return first === '{' ? this.#object(depth + 1) : this.#list(depth + 1)
    }
    const word = WORDS.find(([name]) => this.#text.startsWith(name, this.#at))
    if (word) {
      this.#at += word[0].length
      return word[1]
    }
    return this.#number()
  }

  #object(depth: number): Record<string, unknown> {
    const members = new Map<string, unknown>()
    this.#at++
    this.#skip(SPACE)
    if (this.#takes('}')) return {}
    do {
      this.#skip(SPACE)
      if (this.#text[this.#at] !== '"') throw this.#fail('a member name in quotes')
      const start = this.#at
      const name = this.#string()
      if (members.has(name))
        throw this.#fail('unique member names', start, `${JSON.stringify(name.slice(0, 64))} again`)
      this.#skip(SPACE)
      if (!this.#takes(':')) throw this.#fail('":"')
      members.set(name, this.#value(depth))
    } while (this.#takes(','))
    if (!this.#takes('}')) throw this.#fail('"," or "}"')
    return plainObject(members)
  }

  #list(depth: number): unknown[] {
    const list: unknown[] = []
    this.#at++
    this.#skip(SPACE)
    if (this.#takes(']')) return list
    do list.push(this.#value(depth))
    while (this.#takes(','))
    if (!this.#takes(']')) throw this.#fail('"," or "]"')
    return list
  }

  #string(): string {
    const start = this.#at++
    for (let code = this.#code(); code !== QUOTE; code = this.#code()) {
      if (!(code >= 0x20)) throw this.#fail('a string without control characters, closed by a quote')
      this.#at += code === BACKSLASH ? 2 : 1
    }
    this.#at++
    let value: string
    try {
      value = JSON.parse(this.#text.slice(start, this.#at)) as string
    } catch {
      throw this.#fail('a string with valid JSON escapes', start)
    }
    if (value.isWellFormed()) return value
    throw this.#fail('a string without lone surrogates', start)
  }

  #number(): number {
    const start = this.#at
    this.#skip(NUMBER)
    if (this.#at === start) throw this.#fail('a value')
    const value = Number(this.#text.slice(start, this.#at))
    if (Number.isFinite(value)) return value
    throw this.#fail('a number that a double can hold', start)
  }

  /** NaN at the end. */
  #code(): number {
    return this.#text.charCodeAt(this.#at)
  }

  #takes(character: string): boolean {
    const isThere = this.#text[this.#at] === character
    if (isThere) this.#at++
    return isThere
  }

  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex
  }

  #fail(expected: string, at = this.#at, got = at < this.#text.length ? 'something else' : 'the end'): Error {
    const before = this.#text.slice(0, at)
    const line = before.split('\n').length
    return this.#refuse(expected, `${got} at line ${line}, column ${at - before.lastIndexOf('\n')}`)
  }
}
