/**
 * The two kinds of time in a certificate (RFC 5280 section 4.1.2.5): UTCTime to 2049, GeneralizedTime after. Both must
 * end in `Z` and have seconds without a fraction. Input is hostile: a date that does not exist is rejected.
 */
import { type DerElement, malformed, TAG } from '../der/reader.ts'

const SHORT = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
const LONG = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/

type Fields = [year: number, month: number, day: number, hour: number, minute: number, second: number]

/**
 * Milliseconds since 1970.
 * @throws {EnclaveError} E_CERTIFICATE_DER
 */
export function readTime({ tag, content }: DerElement): number {
  if (tag !== TAG.utcTime && tag !== TAG.generalizedTime) throw malformed('a time has the wrong type')
  const text = String.fromCharCode(...content.subarray(0, 32))
  const fields = (tag === TAG.utcTime ? SHORT : LONG).exec(text)?.slice(1).map(Number)
  if (fields === undefined) throw malformed('a time is malformed', '[YY]YYMMDDHHMMSSZ', JSON.stringify(text))
  const [year, month, day, hour, minute, second] = fields as Fields
  const fullYear = tag === TAG.utcTime ? year + (year < 50 ? 2000 : 1900) : year
  const date = new Date(0)
  date.setUTCFullYear(fullYear, month - 1, day)
  date.setUTCHours(hour, minute, second)
  // JavaScript's Date silently carries values over: 30 February would become 2 March.
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour
  if (!exists || minute > 59 || second > 59) throw malformed('a time does not exist', undefined, text)
  return date.getTime()
}
