/** The contract of every store, tested on memory and SQLite; IndexedDB is tested in a browser (test/e2e/kms.test.ts). */
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Bytes } from '../../../src/base/bytes.ts'
import { createKms, MemoryStore } from '../../../src/kms/index.ts'
import { SqliteStore } from '../../../src/kms/store/sqlite.ts'
import type { KmsStore } from '../../../src/kms/store/store.ts'
import { refused } from '../support.ts'

const folder = mkdtempSync(join(tmpdir(), 'webclave-stores-'))
afterAll(() => rmSync(folder, { recursive: true }))
let count = 0
const path = () => join(folder, `${count++}.sqlite`)

const STORES: [string, () => KmsStore][] = [
  ['memory', () => new MemoryStore()],
  ['SQLite', () => new SqliteStore(path())],
]
const bytes = (...values: number[]): Bytes => Uint8Array.from(values)
const add = (name: string, ...values: number[]) => ({ name, from: undefined, to: bytes(...values) })

describe.each(STORES)('%s', (_, open) => {
  test('returns copies of what was written', async () => {
    const store = open()
    const value = bytes(1, 2)
    expect(await store.write([{ name: 'a', from: undefined, to: value }])).toBe(true)
    value[0] = 9
    expect(await store.get('a')).toEqual(bytes(1, 2))
    expect(await store.get('b')).toBeUndefined()
    await store.close()
  })

  test('writes all or nothing, and only over the expected values', async () => {
    const store = open()
    await store.write([add('a', 1), add('b', 2)])
    expect(await store.write([{ name: 'a', from: bytes(1), to: bytes(3) }, add('b', 4)])).toBe(false)
    expect(await store.write([add('c', 1), { name: 'b', from: bytes(3), to: undefined }])).toBe(false)
    expect(await store.names('', 10)).toEqual(['a', 'b'])
    expect(await store.get('a')).toEqual(bytes(1))
    expect(
      await store.write([
        { name: 'a', from: bytes(1), to: undefined },
        { name: 'b', from: bytes(2), to: bytes(5) },
      ]),
    ).toBe(true)
    expect([await store.get('a'), await store.get('b')]).toEqual([undefined, bytes(5)])
    await store.close()
  })

  test('lists names with a prefix, sorted, in pages', async () => {
    const store = open()
    await store.write(['key/b', 'alias/x', 'key/a', 'key/c', 'keys'].map((name) => add(name, 1)))
    expect(await store.names('key/', 2)).toEqual(['key/a', 'key/b'])
    expect(await store.names('key/', 2, 'key/b')).toEqual(['key/c'])
    expect(await store.names('none', 2)).toEqual([])
    await store.close()
  })

  test('all concurrent changes of one record succeed in turn', async () => {
    await using kms = await createKms({ store: open() })
    const { keyId } = (await kms.owner.createKey({})).keyMetadata
    const tags = Array.from({ length: 20 }, (_, at) => [{ tagKey: `${at}`, tagValue: '' }])
    await Promise.all(tags.map((one) => kms.owner.tagResource({ keyId, tags: one })))
    expect((await kms.owner.listResourceTags({ keyId })).tags).toHaveLength(20)
  })
})

describe('SQLite', () => {
  test('is accessible only to this user, even if the file had other permissions before', async () => {
    const file = path()
    writeFileSync(file, '')
    chmodSync(file, 0o644)
    const store = new SqliteStore(file)
    await store.write([add('a', 1)])
    for (const name of [file, `${file}-wal`]) expect((statSync(name).mode & 0o777).toString(8)).toBe('600')
    await store.close()
    await store.close()
  })

  test('rejects a file that is not a database', () => {
    const file = path()
    writeFileSync(file, 'this is not a database, despite its name '.repeat(100))
    expect(() => new SqliteStore(file)).toThrow(refused('E_KMS_STORE') as Error)
    expect(() => new SqliteStore(join(folder, 'no/such/folder'))).toThrow(refused('E_KMS_STORE') as Error)
  })
})
