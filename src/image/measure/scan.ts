/** Reads a whole source from its first byte to its last, two pieces in memory: one in work, the next on its way. */

import type { Bytes } from '../../base/bytes.ts'
import { yieldToTasks } from '../../platform/yield.ts'
import type { ImageSource } from '../eif/source.ts'

/** Large enough that a read's fixed cost vanishes, small enough to stay in the processor's cache. */
const PIECE = 1024 * 1024

/** Calls `visit` with every piece in order; between two, other tasks have their turn. A piece is only valid during its call. */
export async function scan(
  source: ImageSource,
  visit: (piece: Bytes, offset: number) => Promise<void>,
): Promise<void> {
  const scratch: [Bytes?, Bytes?] = []
  const fetch = (offset: number, turn: number) => {
    if (offset >= source.size) return undefined
    const length = Math.min(PIECE, source.size - offset)
    const piece = source.read(offset, length, () => (scratch[turn % 2] ??= new Uint8Array(length)))
    // It may fail while the piece before it is in work; that is told when its own turn comes, if it comes.
    piece.catch(() => {})
    return piece
  }
  let pending = fetch(0, 0)
  for (let offset = 0, turn = 0; pending; turn++) {
    const piece = await pending
    // What lies in memory comes without a turn of the event loop.
    if (offset > 0) await yieldToTasks()
    const next = offset + piece.byteLength
    pending = fetch(next, turn + 1)
    await visit(piece, offset)
    offset = next
  }
}
