/** The bytes of a document, sixteen in a row, each belonging to an item. */
import type { JSX } from 'preact'
import { toHex } from '../../src/base/bytes.ts'
import { document as texts } from '../i18n/document.ts'
import { text } from '../i18n/language.ts'
import type { Explained } from './state.ts'
import { type Segment, segmentsOf } from './structure.ts'

const ROW = 16

interface Piece {
  readonly id: string
  readonly digits: string
}

/** The rows of pieces: a piece ends with its item or its row. */
export function rowsOf(bytes: Uint8Array, segments: readonly Segment[]): Piece[][] {
  const rows: Piece[][] = []
  for (const { id, from, to } of segments) {
    for (let at = from; at < to; ) {
      const row = Math.floor(at / ROW)
      const end = Math.min(to, (row + 1) * ROW)
      const digits = toHex(bytes.subarray(at, end)).replace(/..(?=.)/g, '$& ')
      rows[row] ??= []
      rows[row]!.push({ id, digits })
      at = end
    }
  }
  return rows
}

export function HexPane({ bytes, root }: Explained): JSX.Element {
  const words = text(texts)
  return (
    <section aria-label={words.hex}>
      <h2>{words.hex}</h2>
      <p class="hint">{words.hexHint}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <div class="bytes" tabIndex={0}>
        {rowsOf(bytes, segmentsOf(root)).map((pieces, row) => (
          <div key={row} class="bytes-row">
            <span class="address" aria-hidden="true">
              {(row * ROW).toString(16).padStart(4, '0')}
            </span>
            <code>
              {pieces.map(({ id, digits }) => (
                <span key={id} data-node={id}>
                  {digits}{' '}
                </span>
              ))}
            </code>
          </div>
        ))}
      </div>
    </section>
  )
}
