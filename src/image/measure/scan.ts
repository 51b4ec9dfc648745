/** Reads a source from start to end with two pieces in memory: one is processed while the next is read. */

import type { Bytes } from '../../base/bytes.ts'
import { yieldToTasks } from '../../platform/yield.ts'
import type { ImageSource } from '../eif/source.ts'

/**
 * Bytes per piece: large enough that the fixed cost of a read does not matter, small enough for the processor's cache.
 */
const PIECE = 1024 * 1024

/**
 * Calls `visit` with every piece in order and yields to other tasks in between. A piece is valid only during its call.
 */
export async function scan(
  source: ImageSource,
  visit: (piece: Bytes, offset: number) => Promise<void>,
): Promise<void> {
  const scratch: [Bytes?, Bytes?] = []
  const fetch = (offset: number, turn: number) => {
    if (offset >= source.size) return undefined
    const length = Math.min(PIECE, source.size - offset)
    const piece = source.read(offset, length, () => (scratch[turn % 2] ??= new Uint8Array(length)))
    // It may fail while the previous piece is processed; the error is thrown when it is awaited.
    piece.catch(() => {})
    return piece
  }
  let pending = fetch(0, 0)
  for (let offset = 0, turn = 0; pending; turn++) {
    const piece = await pending
    // Yields explicitly, because reading from memory does not.
    if (offset > 0) await yieldToTasks()
    const next = offset + piece.byteLength
    pending = fetch(next, turn + 1)
    await visit(piece, offset)
    offset = next
  }
}
