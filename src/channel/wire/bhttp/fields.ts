/** Header fields in binary HTTP (RFC 9292, section 3.6), and what may be in them. */
import { malformed } from '../error.ts'

export type Field = readonly [name: string, value: string]

/** A name: a token of RFC 9110 in lower case. */
const NAME = /^[a-z0-9!#$%&'*+\-.^_`|~]+$/
/** A value: no control characters but tabs, and no blanks around it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find.
const BAD_VALUE = /[\0-\x08\x0a-\x1f\x7f]|^[\t ]|[\t ]$/

/** Fields of one connection, which mean nothing inside of an exchange (RFC 9110, section 7.6.1). */
const OF_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

export const isOfConnection = (name: string): boolean => OF_CONNECTION.has(name)

/** The fields that may be sent. */
export function sendable(headers: Headers): Field[] {
  const fields: Field[] = []
  headers.forEach((value, name) => {
    if (name !== 'set-cookie' && !OF_CONNECTION.has(name)) fields.push([name, value])
  })
  // Each of these is a field of its own.
  for (const cookie of headers.getSetCookie()) fields.push(['set-cookie', cookie])
  return fields
}

/** @throws {EnclaveError} E_CHANNEL_MESSAGE for a field that a peer must not send. */
export function checkField(name: string, value: string): void {
  if (!NAME.test(name) || OF_CONNECTION.has(name))
    throw malformed(
      'a field has a wrong name',
      'a name in lower case, not of a connection',
      `${name.length} characters`,
    )
  if (BAD_VALUE.test(value))
    throw malformed(
      'a field has a wrong value',
      'no control characters, and no blanks around it',
      `${value.length} characters`,
    )
}
