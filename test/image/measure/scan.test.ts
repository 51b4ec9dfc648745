/** A scan visits every byte once and in order, and yields to other tasks. */
import { expect, test } from 'vitest'
import { concatBytes, equalBytes } from '../../../src/base/bytes.ts'
import { openSource } from '../../../src/image/eif/source.ts'
import { scan } from '../../../src/image/measure/scan.ts'
import { turnsDuring } from '../../support/turns.ts'

const PIECE = 1 << 20

test.each([0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])(
  '%i bytes are visited once, in order',
  async (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => at * 7)
    const pieces: Uint8Array[] = []
    await scan(await openSource(bytes), async (piece, offset) => {
      expect(offset).toBe(pieces.reduce((sum, { length }) => sum + length, 0))
      pieces.push(piece.slice())
    })
    expect(pieces).toHaveLength(Math.ceil(length / PIECE))
    expect(equalBytes(concatBytes(...pieces), bytes)).toBe(true)
  },
)

test('other tasks run between two pieces, even if all bytes are in memory', async () => {
  const source = await openSource(new Uint8Array(8 * PIECE))
  const { turns } = await turnsDuring(() => scan(source, async () => {}))
  expect(turns).toBeGreaterThanOrEqual(7)
})
