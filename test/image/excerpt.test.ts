/** Excerpts for people: readable where the bytes are, and never a control character. */
import { expect, it } from 'vitest'
import { openSource } from '../../src/image/eif/source.ts'
import { excerpt } from '../../src/image/excerpt.ts'
import { text } from './support.ts'

const long = text(`${'a'.repeat(40)}X${'b'.repeat(40)}`)

it.each<[string, Uint8Array, number, string]>([
  ['a short text whole', text('a = 1\n'), 4, '"a = 1\\n"'],
  ['the middle of a long one', long, 40, `…"${'a'.repeat(24)}X${'b'.repeat(23)}"…`],
  ['a text whose characters are cut in half', text(`${'é'.repeat(20)}xx`), 25, `…"${'é'.repeat(19)}xx"`],
  ['binary', Uint8Array.of(0, 1, 2, 3), 2, '0203…'],
  ['text with an escape sequence', text('\u001b[31mred'), 5, '726564…'],
  ['bytes that are no text', Uint8Array.of(0x61, 0xff, 0xfe, 0x62), 0, '61fffe62…'],
  ['24 bytes before and after, and no more', text('a'.repeat(48)), 24, `"${'a'.repeat(48)}"`],
  ['one byte more before', text('a'.repeat(48)), 25, `…"${'a'.repeat(47)}"`],
  ['one byte more behind', text('a'.repeat(49)), 24, `"${'a'.repeat(48)}"…`],
  ['twelve bytes of many', new Uint8Array(40), 30, `${'00'.repeat(10)}…`],
  ['twelve bytes of more', new Uint8Array(60), 30, `${'00'.repeat(12)}…`],
  ['the last byte', Uint8Array.of(1, 2), 1, '02…'],
  ['nothing beyond', text('abc'), 4, 'the end'],
  ['a tab', text('a\tb'), 1, '"a\\tb"'],
  ['where there is nothing more', text('abc'), 3, 'the end'],
])('%s', async (_, bytes, at, expected) => {
  const shown = await excerpt(await openSource(bytes), at)
  expect(shown).toBe(expected)
  expect(shown).not.toMatch(/\p{Cc}/u)
})
