/** The source map of a bundle: the author's files and lines, small, and the same on every machine. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadPath } from '../../../src/image/build/bundle.ts'
import { sourceMapComment } from '../../../src/image/build/source-map.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-source-map-'))
  await writeFile(
    join(folder, 'deep.ts'),
    '// A comment.\ntype Id = string\n\nexport const find = (id: Id) => console.log(id)\n',
  )
  await writeFile(
    join(folder, 'index.ts'),
    "import { find } from './deep.ts'\n\nexport default () => {\n  find('a')\n}\n",
  )
})
afterAll(() => rm(folder, { recursive: true }))

async function bundle(): Promise<{ lines: string[]; map: { sources: string[] } & Record<string, unknown> }> {
  const { source } = (await loadPath(folder)) as { source: string }
  const [code, encoded] = source.split('//# sourceMappingURL=data:application/json;base64,')
  return { lines: code!.split('\n'), map: JSON.parse(Buffer.from(encoded!, 'base64').toString()) }
}

test.each([
  ['console.log(id)', 'deep.ts', 4],
  ['find("a")', 'index.ts', 4],
])('%s is in %s, line %d', async (text, file, line) => {
  const { lines, map } = await bundle()
  const at = lines.findIndex((one) => one.includes(text))
  const found = new SourceMap(map as never).findEntry(at, lines[at]!.indexOf(text))
  expect(found).toMatchObject({ originalSource: file, originalLine: line - 1 })
})

test('has a segment for each change of the source or the line within a line of the bundle', () => {
  const segments: SourceMapSegment[] = [
    [0, 0, 0, 5],
    [3, 0, 0, 9],
    [5, 1, 0, 0],
    [7, 1, 2, 0],
    [8, 2, 2, 0],
    [9, 0, 2, 0],
    [12],
  ]
  const map = { sources: ['b.ts', 'a%20a.ts', 'not-there.ts'], mappings: encode([segments, [[0, 2, 0, 0]]]) }
  const names: Record<string, string> = { 'b.ts': 'B', 'a a.ts': 'A' }
  const comment = sourceMapComment(JSON.stringify(map), (source) => names[source])
  const reduced = JSON.parse(Buffer.from(comment.split('base64,')[1]!, 'base64').toString())
  expect(reduced.sources).toEqual(['A', 'B'])
  expect(decode(reduced.mappings)).toEqual([
    [[0, 1, 0, 0], [5, 0, 0, 0], [7, 0, 2, 0], [8], [9, 1, 2, 0]],
    [[0]],
  ])
})

test('contains no source text, no names and no path of the machine', async () => {
  const { map } = await bundle()
  expect(Object.keys(map).toSorted()).toEqual(['mappings', 'names', 'sources', 'version'])
  expect(map.sources.toSorted()).toEqual(['deep.ts', 'index.ts'])
  expect(map['names']).toEqual([])
})
