/** The structure of a document without its values: types, order, integer widths, definite lengths, absent fields. */

import type { Bytes } from '../../src/base/bytes.ts'
import type { CborItem } from '../../src/encoding/cbor/item.ts'
import { readCbor } from '../../src/encoding/cbor/reader.ts'

export function shapeOf(item: CborItem): unknown {
  switch (item.kind) {
    case 'integer':
      return `integer in ${item.width}`
    case 'bytes':
      return item.value.byteLength === 0 ? 'no bytes' : 'bytes'
    case 'array':
      return [item.indefinite ? 'indefinite' : 'definite', ...item.items.map(shapeOf)]
    case 'map':
      return [
        item.indefinite ? 'indefinite' : 'definite',
        ...item.entries.map(({ key, value }) => [
          key.kind === 'text' ? key.value : `${shapeOf(key)}${key.kind === 'integer' ? ` ${key.value}` : ''}`,
          shapeOf(value),
        ]),
      ]
    case 'tag':
      return [`tag ${item.tag}`, shapeOf(item.item)]
    default:
      return item.kind === 'text' ? 'text' : `${item.value}`
  }
}

/** The structure of a document: of its envelope, and of the two byte strings in it that contain CBOR. */
export function documentShape(document: Bytes): unknown {
  const outer = readCbor(document, { tags: 'outermost' })
  const array = outer.kind === 'tag' ? outer.item : outer
  if (array.kind !== 'array') throw new Error('not an envelope')
  const [header, , payload, signature] = array.items
  if (header?.kind !== 'bytes' || payload?.kind !== 'bytes' || signature?.kind !== 'bytes') {
    throw new Error('not an envelope')
  }
  return {
    envelope: shapeOf(outer),
    header: shapeOf(readCbor(header.value)),
    payload: shapeOf(readCbor(payload.value)),
    signatureBytes: signature.value.byteLength,
  }
}
