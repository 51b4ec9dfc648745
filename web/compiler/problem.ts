/** An error of a build as the editor shows it: with the place in the source. */
import type { Message } from 'esbuild'
import { type ShownError, showError } from '../host/errors.ts'

/** A place in a file of the application. */
export interface Place {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 0, in UTF-16 code units as JavaScript counts; undefined if only the line is known. */
  readonly column?: number
  /** The length of what is meant, 0 if that is unknown. */
  readonly length?: number
}

/** Why there is no image. */
export interface Problem extends ShownError {
  readonly place?: Place
}

/** A warning of a build. */
export interface Warning {
  readonly text: string
  readonly place?: Place
}

const PLACE = /^([^:\n]+):(\d+): /
const UNRESOLVED = /^Could not resolve "([^"]+)"/

/** The problem that `error` is; `failures` are what esbuild reported. */
export function problemOf(error: unknown, failures: readonly Message[]): Problem {
  const shown = isOverflow(error) ? TOO_DEEP : showError(error)
  const place = placeOf(shown.what, failures)
  const what = named(shown.what)
  return {
    ...shown,
    what,
    ...(place && { place }),
    ...(shown.code === 'E_APP_IMPORT' && noPackage(failures)),
  }
}

/** A warning of the bundler, which begins with its place. */
export function warningOf(text: string): Warning {
  const place = placeOf(text, [])
  return place ? { text: text.replace(PLACE, ''), place } : { text }
}

/** Errors name the application by where the compiler has it. */
const named = (what: string) =>
  what.replace(/\/app\/?(?=\S)/, '').replace(/ at \/app\b/, ' among these files')

const TOO_DEEP: ShownError = {
  code: 'E_APP_SYNTAX',
  what: 'an expression is nested too deeply for the compiler in a tab',
  hint: 'build it with qt enclave make-img',
}

const isOverflow = (error: unknown) =>
  error instanceof RangeError || error instanceof WebAssembly.RuntimeError

/** The place that the text of an error begins with, more precisely if esbuild reported it. */
function placeOf(what: string, failures: readonly Message[]): Place | undefined {
  const named = PLACE.exec(what)
  if (!named) return undefined
  const [file, line] = [named[1]!, Number(named[2])]
  const location = failures[0]?.location
  if (location?.line !== line) return { file, line }
  return { file, line, ...columnsOf(location.lineText, location.column, location.length) }
}

/** esbuild counts columns in bytes of UTF-8. */
function columnsOf(text: string, column: number, length: number): { column: number; length: number } {
  const bytes = new TextEncoder().encode(text)
  const unitsOf = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to)).length
  return { column: unitsOf(0, column), length: unitsOf(column, column + length) }
}

/** What to do about a package, which a tab does not have. */
function noPackage(failures: readonly Message[]): Partial<ShownError> {
  const name = UNRESOLVED.exec(failures[0]?.text ?? '')?.[1]
  if (name === undefined || /^[./#]/.test(name)) return {}
  return {
    expected: 'webclave/sdk, a module of Node, or another file of the application',
    hint: 'this tab has no packages: build the application with qt enclave make-img, where npm has installed them',
  }
}
