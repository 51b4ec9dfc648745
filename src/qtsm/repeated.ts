/**
 * Caches the result of the last parse, because programs often send the same request to their security module
 * repeatedly.
 */
import { type Bytes, equalBytes } from '../base/bytes.ts'

/** Longer messages are not cached: they rarely repeat. */
const MAX_LENGTH = 128

/** Wraps `read` so that it is not called again for the same bytes. Neither the result nor the bytes may be modified. */
export function repeated<Result>(read: (bytes: Bytes) => Result): (bytes: Bytes) => Result {
  let last: { bytes: Bytes; result: Result } | undefined
  return (bytes) => {
    if (last && equalBytes(bytes, last.bytes)) return last.result
    const result = read(bytes)
    if (bytes.byteLength <= MAX_LENGTH) last = { bytes, result }
    return result
  }
}
