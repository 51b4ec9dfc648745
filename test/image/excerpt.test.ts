/** Excerpts of bytes for error messages: readable if the bytes are text, and never with a control character. */
import { expect, it } from 'vitest'
import { openSource } from '../../src/image/eif/source.ts'
import { excerpt } from '../../src/image/excerpt.ts'
import { text } from './support.ts'

const long = text(`${'a'.repeat(40)}X${'b'.repeat(40)}`)

it.each<[string, Uint8Array, number, string]>([
  ['a short text completely', text('a = 1\n'), 4, '"a = 1\\n"'],
  ['the part of a long text around the position', long, 40, `…"${'a'.repeat(24)}X${'b'.repeat(23)}"…`],
  ['no half characters', text(`${'é'.repeat(20)}xx`), 25, `…"${'é'.repeat(19)}xx"`],
  ['binary data as hex', Uint8Array.of(0, 1, 2, 3), 2, '0203…'],
  ['text with an escape sequence as hex', text('\u001b[31mred'), 5, '726564…'],
  ['bytes that are not text as hex', Uint8Array.of(0x61, 0xff, 0xfe, 0x62), 0, '61fffe62…'],
  ['up to 24 bytes before and after', text('a'.repeat(48)), 24, `"${'a'.repeat(48)}"`],
  ['an ellipsis for one more byte before', text('a'.repeat(48)), 25, `…"${'a'.repeat(47)}"`],
  ['an ellipsis for one more byte after', text('a'.repeat(49)), 24, `"${'a'.repeat(48)}"…`],
  ['ten bytes before the end', new Uint8Array(40), 30, `${'00'.repeat(10)}…`],
  ['twelve bytes at most', new Uint8Array(60), 30, `${'00'.repeat(12)}…`],
  ['the last byte', Uint8Array.of(1, 2), 1, '02…'],
  ['"the end" beyond the end', text('abc'), 4, 'the end'],
  ['an escaped tab', text('a\tb'), 1, '"a\\tb"'],
  ['"the end" at the end', text('abc'), 3, 'the end'],
])('shows %s', async (_, bytes, at, expected) => {
  const shown = await excerpt(await openSource(bytes), at)
  expect(shown).toBe(expected)
  expect(shown).not.toMatch(/\p{Cc}/u)
})
