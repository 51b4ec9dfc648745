/** The outline of a core module: the names of imports and exports of every kind, without reading past its end. */
import { expect, it } from 'vitest'
import { outlineModule } from '../../../src/image/build/core-outline.ts'
import { fromText } from '../../support/components.ts'
import { errorOf } from '../support.ts'

it('skips imports of every kind', async () => {
  const module = await fromText(`(module
    (import "functions" "f" (func (param i32)))
    (import "tables" "open" (table 1 funcref)) (import "tables" "bound" (table 1 300 externref))
    (import "memories" "bound" (memory 1 300))
    (import "globals" "g" (global i64)) (import "globals" "m" (global (mut f32)))
    (import "last" "f" (func (param i32)))
    (export "f" (func 0)) (export "t" (table 1)) (export "m" (memory 0)) (export "g" (global 0))
    (@custom "first" "a") (@custom "second" ""))`)
  expect(outlineModule(module)).toEqual({
    customSections: ['first', 'second'],
    importModules: ['functions', 'tables', 'memories', 'globals', 'last'],
    exports: ['f', 't', 'm', 'g'],
  })
})

it('gives an empty outline for an empty module', async () => {
  const empty = { customSections: [], importModules: [], exports: [] }
  expect(outlineModule(await fromText('(module)'))).toEqual(empty)
})

it.each<[string, number[]]>([
  ['a section that is longer than the module', [1, 100]],
  ['an incomplete length', [1, 0x80, 0x80]],
  ['a name that is longer than its section', [0, 2, 5, 0x61]],
  ['an incomplete import', [2, 4, 1, 1, 0x61, 1]],
  ['2^32 exports', [7, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]],
])('refuses %s', async (_, bytes) => {
  const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes)
  const error = await errorOf(() => outlineModule(module))
  expect(error).toMatchObject({ code: 'E_APP_CORE_MODULE', message: expect.stringContaining('truncated') })
})

it('reads multi-byte numbers, and skips other sections', () => {
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)]
  const section = (id: number, ...content: number[]) => [id, content.length, ...content]
  const bytes = [
    ...section(1, 1, 2, 3),
    ...section(
      2,
      3,
      ...name('m'),
      ...name('f'),
      0,
      0x80,
      0x01,
      ...name('n'),
      ...name('t'),
      1,
      0x70,
      1,
      0x80,
      2,
      0xac,
      2,
      ...name('o'),
      ...name('g'),
      3,
      0x7f,
      0,
    ),
    ...section(7, 2, ...name('a'), 0, 0x80, 0x01, ...name('b'), 3, 0),
    0,
    0x82,
    0x01,
    ...name('c'),
    ...Array<number>(128).fill(9),
  ]
  const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes)
  const outline = { customSections: ['c'], importModules: ['m', 'n', 'o'], exports: ['a', 'b'] }
  expect(outlineModule(module)).toEqual(outline)
  for (const length of [9, 10, module.byteLength - 1]) {
    expect(() => outlineModule(module.subarray(0, length))).toThrow(
      expect.objectContaining({ code: 'E_APP_CORE_MODULE' }),
    )
  }
})
