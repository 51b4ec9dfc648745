/** Values of a service as JSON: bytes are `{ "$hex": "…" }`, and large integers `{ "$bigint": "…" }`. */
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { EnclaveError } from '../../src/base/error.ts'

/** Bytes from hexadecimal, with or without spaces. @throws {EnclaveError} E_SERVICE_VALUE */
export function hexToBytes(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/[\s:]|0x/gi, '')
  if (/^(?:[0-9a-f]{2})*$/i.test(digits)) return fromHex(digits)
  throw new EnclaveError('E_SERVICE_VALUE', {
    what: 'the bytes are not hexadecimal',
    expected: 'pairs of the digits 0 to 9 and a to f',
  })
}

/** The value that `text` writes. @throws {EnclaveError} E_SERVICE_VALUE */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text, (_, value) => revive(value))
  } catch (cause) {
    if (cause instanceof EnclaveError) throw cause
    throw new EnclaveError('E_SERVICE_VALUE', {
      what: 'the argument is not JSON',
      expected: 'for example { "name": "Ada" }',
      cause,
    })
  }
}

function revive(value: unknown): unknown {
  const { $hex, $bigint } = (value ?? {}) as { $hex?: unknown; $bigint?: unknown }
  if (typeof $hex === 'string') return hexToBytes($hex)
  return typeof $bigint === 'string' && /^-?\d{1,20}$/.test($bigint) ? BigInt($bigint) : value
}

/** A value as JSON. */
export function toJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner) => {
      if (inner instanceof Uint8Array) return { $hex: toHex(inner) }
      return typeof inner === 'bigint' ? { $bigint: String(inner) } : inner
    }) ?? 'undefined'
  )
}
