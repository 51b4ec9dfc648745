/** Helpers for parsing policies: type checks, and errors that name the place. A policy is hostile input. */
import { KmsError } from '../core/error.ts'

/** The name of a place inside another. */
export function at(place: string, name: string): string {
  return `${place}.${name}`
}

/** The error for an invalid policy. */
export function badPolicy(place: string, expected: string, got: unknown): KmsError {
  const shown = typeof got === 'string' ? got : (JSON.stringify(got) ?? String(got))
  return new KmsError('E_KMS_POLICY', {
    what: `the policy is malformed: ${place}`,
    expected,
    got: shown.slice(0, 120),
  })
}

/** @throws {KmsError} E_KMS_POLICY */
export function requireObject(value: unknown, place: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw badPolicy(place, 'an object', value)
}

/** One value, or a list of them. */
export function listOf(value: unknown, place: string): readonly unknown[] {
  if (value === undefined) throw badPolicy(place, 'one value or a list', 'nothing')
  return Array.isArray(value) ? value : [value]
}

/** One string or a list of strings. @throws {KmsError} E_KMS_POLICY if there is none, or an empty one. */
export function texts(value: unknown, place: string): string[] {
  const list = listOf(value, place)
  if (list.length === 0) throw badPolicy(place, 'at least one name', 'none')
  return list.map((one) => {
    if (typeof one !== 'string' || one === '') throw badPolicy(place, 'texts', one)
    return one
  })
}

/** @throws {KmsError} E_KMS_POLICY for an unknown member. */
export function requireKnown(value: Record<string, unknown>, known: readonly string[], place: string): void {
  const stranger = Object.keys(value).find((name) => !known.includes(name))
  if (stranger !== undefined) throw badPolicy(place, known.join(', '), stranger)
}
