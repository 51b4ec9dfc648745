/** Arguments of `node:crypto` that are bytes. */
import { Buffer } from 'node:buffer'

/** The bytes of an argument. @throws {TypeError} with its name. */
export function bytesOf(value, name, encoding) {
  if (typeof value === 'string') return Buffer.from(value, encoding)
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  throw Object.assign(
    new TypeError(`The "${name}" argument must be of type string, ArrayBuffer or a view of one`),
    {
      code: 'ERR_INVALID_ARG_TYPE',
    },
  )
}
