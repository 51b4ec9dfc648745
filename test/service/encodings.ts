/** Random encodings of messages, also ones that no encoder would write, and damage to them. */
import * as fc from 'fast-check'
import { concatBytes } from '../../src/base/bytes.ts'

/** One change of a message, at a place in parts of its length. */
export type Change = { readonly kind: number; readonly place: number; readonly byte: number }
export const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({ kind: fc.nat(4), place: fc.double({ min: 0, max: 0.999, noNaN: true }), byte: fc.nat(255) }),
  { minLength: 1, maxLength: 4 },
)

export function changed(message: Uint8Array, { kind, place, byte }: Change): Uint8Array {
  const at = Math.floor(place * message.length)
  const [before, after] = [message.subarray(0, at), message.subarray(at)]
  const rest = after.subarray(1)
  if (kind === 0) return before
  if (kind === 1) return concatBytes(before, rest)
  if (kind === 2) return concatBytes(before, Uint8Array.of(byte), after)
  if (kind === 3) return concatBytes(before, Uint8Array.of(byte), rest)
  return concatBytes(before, Uint8Array.of((after[0] ?? 0) ^ (1 << (byte & 7))), rest)
}

/** Items of all kinds, with heads of any width, also wider than needed. */
export const item: fc.Arbitrary<Uint8Array> = fc.letrec<{ any: Uint8Array }>((tie) => {
  const head = (major: number, argument: fc.Arbitrary<number>) =>
    fc.tuple(argument, fc.constantFrom(0, 24, 25, 26, 27)).map(([value, information]) => {
      const bytes = Buffer.alloc(9)
      if (information === 0 && value < 24) return Uint8Array.of((major << 5) | value)
      const width = Math.max(1, information === 0 ? 1 : 1 << (information - 24))
      bytes[0] = (major << 5) | (24 + Math.log2(width))
      bytes.writeBigUInt64BE((BigInt(value) << BigInt(64 - 8 * width)) & 0xffffffffffffffffn, 1)
      return Uint8Array.from(bytes.subarray(0, 1 + width))
    })
  const several = (count: number) => fc.array(tie('any'), { minLength: count, maxLength: count })
  const after = (major: number, count: number, inner: fc.Arbitrary<Uint8Array[]>) =>
    fc.tuple(head(major, fc.constant(count)), inner).map(([first, rest]) => concatBytes(first, ...rest))
  const text = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.string({ unit: 'grapheme' }).map((one) => Buffer.from(one)),
  )
  const textItem = text.chain((bytes) => after(3, bytes.length, fc.constant([bytes])))
  return {
    any: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      head(0, fc.nat()),
      head(1, fc.nat()),
      fc.uint8Array({ maxLength: 6 }).chain((bytes) => after(2, bytes.length, fc.constant([bytes]))),
      textItem,
      fc.uint8Array({ minLength: 2, maxLength: 2 }).map((bits) => concatBytes(Uint8Array.of(0xf9), bits)),
      fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bits) => concatBytes(Uint8Array.of(0xfa), bits)),
      fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bits) => concatBytes(Uint8Array.of(0xfb), bits)),
      fc.nat(31).map((information) => Uint8Array.of(0xe0 | information)),
      fc.nat(4).chain((count) => after(4, count, several(count))),
      fc.nat(3).chain((count) =>
        after(
          5,
          count,
          fc
            .array(fc.tuple(textItem, tie('any')), { minLength: count, maxLength: count })
            .map((members) => members.flat()),
        ),
      ),
      fc.oneof(fc.constant(1), fc.nat(3)).chain((tag) => after(6, tag, several(1))),
    ),
  }
}).any
