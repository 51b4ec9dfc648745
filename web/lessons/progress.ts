/**
 * How far a reader is in a lesson, and what was entered: for the next visit, and for a link. Both may have been cut or
 * crafted, so everything is checked; and nothing runs until the reader presses a button.
 */
import { fromBase64 } from '../../src/base/base64.ts'
import { HostError } from '../host/errors.ts'
import { toBase64url } from '../share/base64url.ts'
import type { Lesson } from './lesson-kind.ts'

/** The progress in a lesson. */
export interface Progress {
  /** How many steps are done. */
  readonly done: number
  /** What was entered, by the names of the steps. */
  readonly entered: Readonly<Record<string, string>>
}

/** The maximum length of a link's data in characters. */
export const MAX_DATA = 4096
const VERSION = 1

type Steps = Pick<Lesson, 'steps'>

/** The data of a link: JSON in base64url. */
export function writeProgress({ done, entered }: Progress): string {
  return toBase64url(new TextEncoder().encode(JSON.stringify({ webclave: VERSION, done, entered })))
}

/** Reads what `writeProgress` wrote, for this lesson. @throws {HostError} E_SHARED */
export function readProgress(data: string, lesson: Steps): Progress {
  if (data.length > MAX_DATA || !/^[\w-]+$/.test(data)) throw damaged('it', 'the data of a lesson')
  const given = parse(data)
  if (given['webclave'] !== VERSION) throw damaged('its version', String(VERSION))
  const { done, entered } = given
  const most = lesson.steps.length
  if (!Number.isInteger(done) || (done as number) < 0 || (done as number) > most)
    throw damaged('its step', `an integer from 0 to ${most}`)
  return { done: done as number, entered: readEntered(entered, lesson) }
}

function readEntered(given: unknown, { steps }: Steps): Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw damaged('what was entered', 'texts by the names of the steps')
  const read: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    const field = steps.find((step) => step.name === name)?.field
    if (!field) throw damaged('what was entered', 'only fields of this lesson')
    if (typeof value !== 'string' || value.length > field.maxLength)
      throw damaged('what was entered', `texts of at most ${field.maxLength} characters`)
    read[name] = value
  }
  return read
}

function parse(data: string): Record<string, unknown> {
  try {
    const given: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64(data)))
    if (typeof given === 'object' && given !== null) return given as Record<string, unknown>
  } catch {
    // Reported below.
  }
  throw damaged('it', 'JSON of this page')
}

function damaged(what: string, expected: string): HostError {
  return new HostError({
    code: 'E_SHARED',
    what: `the link of a lesson cannot be used: ${what} is not valid`,
    expected,
    hint: 'it may have been cut or changed on its way',
  })
}

const keyOf = (number: number) => `webclave.lesson.${number}`

/** The progress of an earlier visit, if there is one that can be read. */
export function storedProgress(number: number, lesson: Steps): Progress | undefined {
  try {
    const data = localStorage.getItem(keyOf(number))
    return data === null ? undefined : readProgress(data, lesson)
  } catch {
    return undefined
  }
}

/** Keeps the progress for the next visit; storage may be forbidden or full. */
export function keepProgress(number: number, progress: Progress): void {
  try {
    localStorage.setItem(keyOf(number), writeProgress(progress))
  } catch {}
}
