/**
 * What a link or a file carries: the program's source, the options and the view. Its author may be hostile, so
 * everything is checked, and nothing runs until the reader starts it.
 */

import type { ProfileName } from '../../src/base/profile.ts'
import { EXAMPLES, type ExampleName } from '../examples/examples.ts'
import { HostError } from '../host/errors.ts'

/** How an enclave is started. */
export interface SharedOptions {
  readonly profile: ProfileName
  readonly vcpus: number
  readonly memoryMiB: number
  readonly cid: number
  readonly debug: boolean
}

/** What is shared. */
export interface Shared {
  readonly example: ExampleName
  /** The changed source; absent if it is the example's own. */
  readonly source?: string
  readonly options: SharedOptions
}

/** Maximum length of a link's data in characters, which every browser and most programs take. */
export const MAX_LINK = 32_768
/** Maximum length of a source in characters. */
export const MAX_SOURCE = 262_144
const VERSION = 1

const PROFILES: readonly ProfileName[] = ['qingtian', 'nitro']

/** As JSON, for a file. */
export function writeShared(shared: Shared): string {
  return JSON.stringify({ webclave: VERSION, ...shared })
}

/** Reads what `writeShared` wrote. @throws {HostError} E_SHARED */
export function readShared(text: string): Shared {
  const given = parse(text)
  if (given['webclave'] !== VERSION) throw invalid('its version', String(VERSION), given['webclave'])
  const example = EXAMPLES.find(({ name }) => name === given['example'])?.name
  if (!example) throw invalid('its example', EXAMPLES.map(({ name }) => name).join(', '), given['example'])
  const { source } = given
  if (source !== undefined && (typeof source !== 'string' || source.length > MAX_SOURCE))
    throw invalid('its source', `a text of at most ${MAX_SOURCE} characters`, typeof source)
  return { example, ...(source !== undefined && { source }), options: readOptions(given['options']) }
}

function parse(text: string): Record<string, unknown> {
  if (text.length > 2 * MAX_SOURCE) throw invalid('it', `at most ${2 * MAX_SOURCE} characters`, text.length)
  try {
    const given: unknown = JSON.parse(text)
    if (typeof given === 'object' && given !== null) return given as Record<string, unknown>
  } catch {
    // Reported below.
  }
  throw invalid('it', 'JSON of this page', 'something else')
}

function readOptions(given: unknown): SharedOptions {
  const options = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>
  const profile = PROFILES.find((name) => name === options['profile'])
  if (!profile) throw invalid('its profile', PROFILES.join(', '), options['profile'])
  if (typeof options['debug'] !== 'boolean')
    throw invalid('its debug mode', 'true or false', options['debug'])
  return {
    profile,
    debug: options['debug'],
    vcpus: integer(options, 'vcpus', 1, 64),
    memoryMiB: integer(options, 'memoryMiB', 1, 4096),
    cid: integer(options, 'cid', 0, 4294967294),
  }
}

function integer(options: Record<string, unknown>, name: string, min: number, max: number): number {
  const value = options[name]
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number
  throw invalid(`its ${name}`, `an integer from ${min} to ${max}`, value)
}

function invalid(what: string, expected: string, got: unknown): HostError {
  return new HostError({
    code: 'E_SHARED',
    what: `the link or file cannot be used: ${what} is not valid`,
    expected,
    got: String(got).slice(0, 80),
    hint: 'it may have been cut or changed on its way',
  })
}
