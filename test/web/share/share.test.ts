/** Links and files that carry a program: they are read strictly, because anybody may have written them. */
import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readLink, writeLink } from '../../../web/share/link.ts'
import { MAX_LINK, MAX_SOURCE, readShared, type Shared, writeShared } from '../../../web/share/shared.ts'

const SHARED: Shared = {
  example: 'hello',
  source: "export default () => console.log('grüße, 世界')\n",
  options: { profile: 'nitro', vcpus: 2, memoryMiB: 128, cid: 0, debug: true },
}
const refused = expect.objectContaining({ shown: expect.objectContaining({ code: 'E_SHARED' }) })
const asLink = (text: string | Uint8Array) => deflateRawSync(text).toString('base64url')

describe('a link', () => {
  test('carries the program and its options', async () => {
    const link = await writeLink(SHARED)
    expect(link).toMatch(/^[\w-]{50,300}$/)
    expect(await readLink(link!)).toEqual(SHARED)
  })

  test('of an unchanged example has no source', async () => {
    const { source: _, ...plain } = SHARED
    expect(await readLink((await writeLink(plain))!)).toEqual(plain)
  })

  test('is not made of a program that is too long for one, which a file holds', async () => {
    const source = Array.from({ length: 40_000 }, (_, at) =>
      String.fromCharCode(33 + ((at * at * 7) % 90)),
    ).join('')
    const noise = source + crypto.getRandomValues(new Uint8Array(30_000)).toString()
    expect(await writeLink({ ...SHARED, source: noise })).toBeUndefined()
    expect(readShared(writeShared({ ...SHARED, source: noise }))).toEqual({ ...SHARED, source: noise })
  })

  test.each([
    ['empty', ''],
    ['with other characters', 'a b'],
    ['that was cut', asLink(writeShared(SHARED)).slice(0, 60)],
    ['that is not compressed', Buffer.from(writeShared(SHARED)).toString('base64url')],
    ['that is not UTF-8', asLink(Uint8Array.of(0xff, 0xfe))],
    ['that is not JSON', asLink('hello')],
    ['that is too long', 'a'.repeat(MAX_LINK + 1)],
    ['that expands to more than a source may have', asLink('x'.repeat(3 * MAX_SOURCE))],
  ])('%s is refused', async (_, data) => {
    await expect(readLink(data)).rejects.toEqual(refused)
  })
})

describe('what is shared', () => {
  const change = (changes: object) => JSON.stringify({ ...JSON.parse(writeShared(SHARED)), ...changes })
  const options = (changes: object) => change({ options: { ...SHARED.options, ...changes } })
  test.each([
    ['another version', change({ webclave: 2 })],
    ['an unknown example', change({ example: 'constructor' })],
    ['a source that is not text', change({ source: 1 })],
    ['a source that is too long', change({ source: 'x'.repeat(MAX_SOURCE + 1) })],
    ['no options', change({ options: null })],
    ['an unknown profile', options({ profile: 'azure' })],
    ['vCPUs that are not a number', options({ vcpus: '1' })],
    ['no memory', options({ memoryMiB: 0 })],
    ['a CID that is too large', options({ cid: 2 ** 32 })],
    ['a debug mode that is not a boolean', options({ debug: 1 })],
    ['a list', '[]'],
    ['null', 'null'],
    ['much text', ' '.repeat(2 * MAX_SOURCE + 1)],
  ])('is refused with %s', (_, text) => {
    expect(() => readShared(text)).toThrow(refused)
  })

  test('has no members that are not known', () => {
    expect(readShared(change({ more: 1, __proto__: null }))).toEqual(SHARED)
  })
})
