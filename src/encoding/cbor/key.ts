/** When two map keys are equal (RFC 8949 section 5.6): by value, not by encoding. Keys are hostile input. */
import { toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { CborItem } from './item.ts'

/**
 * A text that is the same for keys of equal value, so that `01` and `18 01` count as the same key.
 * @throws {EnclaveError} E_CBOR_KEY for an array, a map or a tag.
 */
export function keyIdentity(key: CborItem): string {
  switch (key.kind) {
    case 'integer':
    case 'simple':
      return `${key.kind} ${key.value}`
    case 'text':
      return `text ${key.value}`
    case 'bytes':
      return `bytes ${toHex(key.value)}`
    default:
      throw new EnclaveError('E_CBOR_KEY', {
        what: `the map key at byte ${key.start} has an unsupported type`,
        expected: 'an integer, a text, bytes, a boolean or null',
        got: key.kind,
      })
  }
}

/** A key, shortened for an error message. */
export function describeKey(key: CborItem): string {
  return key.kind === 'text' ? JSON.stringify(key.value.slice(0, 64)) : keyIdentity(key).slice(0, 64)
}
