/** Reading once what comes again and again: a program that asks its security module often asks it the same. */
import { type Bytes, equalBytes } from '../base/bytes.ts'

/** Longer messages carry what differs in any case. */
const MAX_LENGTH = 128

/** `read`, spared where the same bytes come again. Nobody may change what it gives, or the bytes that it was given. */
export function repeated<Result>(read: (bytes: Bytes) => Result): (bytes: Bytes) => Result {
  let last: { bytes: Bytes; result: Result } | undefined
  return (bytes) => {
    if (last && equalBytes(bytes, last.bytes)) return last.result
    const result = read(bytes)
    if (bytes.byteLength <= MAX_LENGTH) last = { bytes, result }
    return result
  }
}
