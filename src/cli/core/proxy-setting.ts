/**
 * The values in the configuration files of both proxies, YAML and TOML: each knows its place in its file, and names it when
 * it is not what was expected.
 */
import { EnclaveError } from '../../base/error.ts'
import { nearest } from './nearest.ts'

/** The keys and indexes that lead to a value. */
export type SettingPath = readonly (string | number)[]

/** The file of a value. */
export interface SettingFile {
  readonly name: string
  /** Where help shows an example. */
  readonly help: string
  /** `, line 2, column 5`, or nothing if it is not known. */
  positionOf(path: SettingPath): string
}

/** The longest part of a file that a message repeats. */
const MAX_SHOWN = 80
/** More than any configuration needs. */
const MAX_TEXT = 1 << 20

/** A value, or the absence of one, in a configuration. */
export class Setting {
  readonly #file: SettingFile
  readonly #value: unknown
  readonly #path: SettingPath

  constructor(file: SettingFile, value: unknown, path: SettingPath = []) {
    this.#file = file
    this.#value = value
    this.#path = path
  }

  get isGiven(): boolean {
    return this.#value !== undefined
  }

  /** `outbound_connections[1].tcp_port` */
  get place(): string {
    const parts = this.#path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    return parts.join('').replace(/^\./, '') || 'the file'
  }

  /** The value of a key of this table, which need not be given; YAML's null means that. */
  at(key: string): Setting {
    const table = (this.#value ?? {}) as Readonly<Record<string, unknown>>
    return this.#inside(key, Object.hasOwn(table, key) ? (table[key] ?? undefined) : undefined)
  }

  /** The keys of this table; none if it is not given. @throws {EnclaveError} E_PROXY_CONFIG */
  keys(): string[] {
    if (!this.isGiven) return []
    if (kindOf(this.#value) !== 'a table') throw this.wrong('a table')
    return Object.keys(this.#value as object)
  }

  /** Checks that this table has no other keys. @throws {EnclaveError} E_PROXY_CONFIG, with the nearest of them. */
  onlyHas(known: readonly string[]): void {
    const unknown = this.keys().find((key) => !known.includes(key))
    if (unknown === undefined) return
    const near = nearest(unknown, known)
    const expected = near === undefined ? known.join(', ') : `perhaps ${near}`
    throw this.at(unknown).bad(`unknown key ${shown(this.at(unknown).place)}`, expected)
  }

  /** The elements of this list; none if it is not given. @throws {EnclaveError} E_PROXY_CONFIG */
  items(of: string): Setting[] {
    if (!this.isGiven) return []
    if (!Array.isArray(this.#value)) throw this.wrong(`a list of ${of}`)
    return this.#value.map((item: unknown, index) => this.#inside(index, item))
  }

  /** @throws {EnclaveError} E_PROXY_CONFIG */
  whole(least: number, most: number): number {
    const expected = `a whole number from ${least} to ${most}`
    const value = this.#value
    if (typeof value !== 'number') throw this.wrong(expected)
    if (!Number.isInteger(value) || value < least || value > most) throw this.invalid(expected, `${value}`)
    return value
  }

  /** What `read` makes of this text; undefined is nothing that it can read. @throws {EnclaveError} E_PROXY_CONFIG */
  text<Result>(read: (text: string) => Result | undefined, expected: string): Result {
    if (typeof this.#value !== 'string') throw this.wrong(expected)
    const result = read(this.#value)
    if (result === undefined) throw this.invalid(expected, shown(this.#value) || 'an empty text')
    return result
  }

  /** The error for a value of the wrong type, or none. */
  wrong(expected: string): EnclaveError {
    if (!this.isGiven) return this.bad(`${this.place} is missing`, expected)
    return this.bad(`${this.place} has the wrong type`, expected, kindOf(this.#value))
  }

  /** The error for a value that is not allowed there. */
  invalid(expected: string, got: string): EnclaveError {
    return this.bad(`${this.place} is invalid`, expected, got)
  }

  /** An error about this value, which names the file and, if it is known, the line. */
  bad(what: string, expected: string, got?: string): EnclaveError {
    const { name, help, positionOf } = this.#file
    return badFile(`${name}${positionOf(this.#path)}: ${what}`, help, expected, got)
  }

  #inside(part: string | number, value: unknown): Setting {
    return new Setting(this.#file, value, [...this.#path, part])
  }
}

/** The error for a file that cannot be read. */
export function badFile(what: string, help: string, expected?: string, got?: string): EnclaveError {
  return new EnclaveError('E_PROXY_CONFIG', {
    what,
    ...(expected !== undefined && { expected }),
    ...(got !== undefined && { got }),
    hint: `${help} shows an example`,
  })
}

/** Checks that there is something to read, and not too much. @throws {EnclaveError} E_PROXY_CONFIG */
export function checkLength(text: string, name: string, help: string): void {
  if (text.length > MAX_TEXT)
    throw badFile(`${name} is too long`, help, `at most ${MAX_TEXT} characters`, `${text.length}`)
  if (text.replace(/#.*/g, '').trim() === '') throw badFile(`${name} is empty`, help)
}

const shown = (text: string): string => text.slice(0, MAX_SHOWN)

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Date) return 'a date'
  if (typeof value === 'object') return 'a table'
  const names: Readonly<Record<string, string>> = {
    string: 'a text',
    number: 'a number',
    boolean: 'true or false',
  }
  return names[typeof value] ?? typeof value
}
