/**
 * Writes DER (X.690): the certificates and envelopes that webclave issues. Separate from the reader because verifiers
 * never write.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'

/** One element with `tag` that contains `parts`, less than 64 KiB in total. */
export function element(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Bytes {
  const content = concatBytes(...parts.map((part) => Uint8Array.from(part)))
  const { byteLength } = content
  const length =
    byteLength < 0x80
      ? [byteLength]
      : byteLength < 0x100
        ? [0x81, byteLength]
        : [0x82, byteLength >> 8, byteLength & 0xff]
  return concatBytes(Uint8Array.of(tag, ...length), content)
}
