/** The source map of a bundle: the author's files and lines, small, and the same on every machine. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadPath } from '../../../src/image/build/bundle.ts'

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

test('contains no source text, no names and no path of the machine', async () => {
  const { map } = await bundle()
  expect(Object.keys(map).toSorted()).toEqual(['mappings', 'names', 'sources', 'version'])
  expect(map.sources.toSorted()).toEqual(['deep.ts', 'index.ts'])
  expect(map['names']).toEqual([])
})
