/** Writes DER (X.690) for what is issued here: certificates and envelopes. Apart from the reader, for verifiers write nothing. */
import { type Bytes, concatBytes } from '../../base/bytes.ts'

/** One element around `parts`, less than 64 KiB of them. */
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
