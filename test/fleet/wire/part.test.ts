/** The parts of an exchange over the bus. */
import { describe, expect, test } from 'vitest'
import {
  decodePart,
  encodePart,
  fourBytes,
  MAX_HEAD,
  numberOf,
  PART_LENGTH,
  PartKind,
  wordBytes,
  wordOf,
} from '../../../src/fleet/wire/part.ts'

describe('a part', () => {
  test('is read as it was written', () => {
    for (const kind of Object.values(PartKind))
      expect(decodePart(encodePart(kind, 0xfffffffe, Uint8Array.of(1, 2)))).toEqual({
        kind,
        number: 0xfffffffe,
        rest: Uint8Array.of(1, 2),
      })
  })

  test.each([
    ['is too short', new Uint8Array(4)],
    ['is empty', new Uint8Array()],
    ['has an unknown kind', Uint8Array.of(10, 0, 0, 0, 0)],
    ['is too long', new Uint8Array(5 + PART_LENGTH + 2 * MAX_HEAD + 1)],
  ])('that %s is refused', (_, bytes) => {
    expect(() => decodePart(bytes)).toThrow(expect.objectContaining({ code: 'E_FLEET_MESSAGE' }))
  })

  test('has numbers of four bytes', () => {
    expect(numberOf(fourBytes(0x80000001))).toBe(0x80000001)
    expect(() => numberOf(new Uint8Array(3))).toThrow(expect.objectContaining({ code: 'E_FLEET_MESSAGE' }))
  })

  test('has words that can be shown', () => {
    expect(wordOf(wordBytes('busy'))).toBe('busy')
    expect(wordOf(new TextEncoder().encode('a\u001b[2J<b>'))).toBe('a??2J?b?')
    expect(wordOf(new Uint8Array(1000).fill(65))).toBe('A'.repeat(32))
  })
})
