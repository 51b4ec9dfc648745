/** Stacks name the author's files and lines: in the application, on the console, and in the reason of the end. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { runFile } from './application.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-stacks-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('an error that nobody caught', async () => {
  await writeFile(
    join(folder, 'deep.ts'),
    'type Id = string\n\nexport function fail(id: Id): never {\n  throw new Error(id)\n}\n',
  )
  await writeFile(
    join(folder, 'index.ts'),
    "import { fail } from './deep.ts'\n\nexport default async () => {\n  await null\n  fail('gone')\n}\n",
  )
  const { eif } = await buildImage({ app: { path: folder } })
  await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64, debug: true })
  const stack = 'Error: gone\n    at fail (deep.ts:4)\n    at index_default (index.ts:5)'
  expect(await enclave.exited).toEqual({ kind: 'trapped', message: `uncaught ${stack}` })
  expect(enclave.console()).toBe(`Uncaught ${stack}\n`)
})

test('a source without a map, or with one that cannot be read, keeps its own positions', async () => {
  await using parent = await createParent({ vcpus: 2, memoryMiB: 128 })
  for (const end of ['', '\n//# sourceMappingURL=data:application/json;base64,bm9uZQ==\n']) {
    const { eif } = await buildImage({ app: { source: `\nthrow new Error('gone')${end}` } })
    const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
    expect(await enclave.exited).toMatchObject({ message: expect.stringContaining('(application.js:2:') })
  }
})

test('names of files and functions that are not ASCII', async () => {
  await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  const source = `function größe() { throw new Error('ß日本') }
const object = { ['a b']() { größe() }, ['\\u{1f600}']() { this['a b']() } }
export default function メイン() {
  object['\\u{1f600}']()
}`
  const { end, console } = await runFile(parent, source, 'größe 日本.ts')
  const frames = [
    'größe (größe 日本.ts:1)',
    'a b (größe 日本.ts:2)',
    '😀 (größe 日本.ts:2)',
    'メイン (größe 日本.ts:4)',
  ]
  const stack = `Error: ß日本${frames.map((frame) => `\n    at ${frame}`).join('')}`
  expect({ end, console }).toEqual({
    end: { kind: 'trapped', message: `uncaught ${stack}` },
    console: `Uncaught ${stack}\n`,
  })
})
