/**
 * AWS JSON 1.1: our names with an upper-case first letter, byte strings in base64, times in seconds since 1970
 * (Smithy, "AWS JSON 1.1 protocol").
 */
import { toBase64 } from '../../../base/base64.ts'
import { KmsError } from '../../core/error.ts'

/** Names that differ from ours in more than the first letter. */
const WIRE_NAMES: Readonly<Record<string, string>> = { awsAccountId: 'AWSAccountId' }

/** Objects whose member names are chosen by the caller and must not be changed. */
const OPEN_OBJECTS = /encryptionContext(?:Equals|Subset)?$/i

/** Deeper than any input or output. */
const DEPTH_MAX = 8

/**
 * Converts a request to the input of our operations; byte strings stay base64. A name with a lower-case first letter is
 * not AWS's, and is mapped to one that no operation has. @throws {KmsError} E_KMS_TYPE
 */
export function fromWire(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const nameOf = (name: string) =>
    /^[A-Z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : JSON.stringify(name)
  return rename(value, nameOf) as Record<string, unknown>
}

/** Converts an output to AWS's format. */
export function toWire(value: unknown): unknown {
  return rename(value, (name) => WIRE_NAMES[name] ?? name.charAt(0).toUpperCase() + name.slice(1))
}

function rename(value: unknown, nameOf: (name: string) => string, depth = 0): unknown {
  if (depth > DEPTH_MAX) throw new KmsError('E_KMS_TYPE', { what: 'the body is nested too deeply' })
  if (value instanceof Uint8Array) return toBase64(value)
  if (value instanceof Date) return value.getTime() / 1000
  if (Array.isArray(value)) return value.map((one) => rename(one, nameOf, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  // fromEntries defines properties, so that `__proto__` is an ordinary name.
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([name, one]) => [nameOf(name), OPEN_OBJECTS.test(name) ? one : rename(one, nameOf, depth + 1)]),
  )
}
