/** A secret in a tab's database: one for all who ask, another after it was rotated, and a code where there is none. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SecretDatabase } from '../../src/platform/secret-database.ts'

/** As much of IndexedDB as is used: transactions one after the other, each kept whole or not at all. */
class FakeDatabases {
  readonly kept = new Map<string, unknown>()
  readonly opened: unknown[] = []
  readonly transactions: unknown[] = []
  closed = 0
  /** What fails. */
  failing: 'open' | 'transaction' | undefined
  #isNew = true

  open(name: string, version: number): object {
    this.opened.push([name, version])
    const request: Record<string, unknown> & { result?: unknown } = {}
    const call = (event: string) => (request[event] as (() => void) | undefined)?.()
    queueMicrotask(() => {
      if (this.failing === 'open') {
        request['error'] = new Error('no database here')
        return call('onerror')
      }
      request.result = {
        createObjectStore: (store: string) => this.opened.push(store),
        transaction: (...words: unknown[]) => this.#transaction(words),
        close: () => void this.closed++,
      }
      if (this.#isNew) call('onupgradeneeded')
      this.#isNew = false
      call('onsuccess')
    })
    return request
  }

  #transaction(words: unknown[]): object {
    this.transactions.push(words)
    const transaction: Record<string, unknown> = {
      error: new Error('the disk is full'),
      objectStore: () => ({
        get: (record: string) => {
          const request: Record<string, unknown> = {}
          queueMicrotask(() => {
            request['result'] = this.kept.get(record)
            ;(request['onsuccess'] as (() => void) | undefined)?.()
            const event = this.failing === 'transaction' ? 'onabort' : 'oncomplete'
            queueMicrotask(() => (transaction[event] as () => void)())
          })
          return request
        },
        put: (value: unknown, record: string) => void this.kept.set(record, value),
      }),
    }
    return transaction
  }
}

let databases: FakeDatabases
let made: boolean[]

beforeEach(() => {
  made = []
  databases = new FakeDatabases()
  vi.stubGlobal('indexedDB', databases)
})
afterEach(() => void vi.unstubAllGlobals())

const store = () =>
  new SecretDatabase<string>(
    {
      make: async (extractable) => `secret ${made.push(extractable)}`,
      toText: async (secret) => secret,
      fromText: async (text) => text,
    },
    {
      ...{
        file: 'secret.txt',
        called: 'example',
        code: 'E_ROOT',
        renew: 'remove it',
        without: 'do without',
      },
      database: ['the database', 'the store', 'the record'],
    },
  )

test('it is made once, not extractable, and found from then on', async () => {
  expect([await store().load(), await store().load()]).toEqual(['secret 1', 'secret 1'])
  expect([made, [...databases.kept]]).toEqual([[false], [['the record', 'secret 1']]])
  expect(databases.opened).toEqual([
    ['the database', 1],
    'the store',
    ['the database', 1],
    ['the database', 1],
  ])
  const strict = { durability: 'strict' }
  expect(databases.transactions).toEqual([
    ['the store', 'readonly', strict],
    ['the store', 'readwrite', strict],
    ['the store', 'readonly', strict],
  ])
  expect(databases.closed).toBe(3)
})

test('concurrent callers all get the first one', async () => {
  const all = await Promise.all([store().load(), store().load(), store().load()])
  expect(new Set(all)).toEqual(new Set(databases.kept.values()))
})

test('it is a new one after rotate, whether there was one or not', async () => {
  expect([await store().rotate(), await store().rotate(), await store().load()]).toEqual([
    'secret 1',
    'secret 2',
    'secret 2',
  ])
})

test.each([
  ['open', 'no database here', 0],
  ['transaction', 'the disk is full', 1],
] as const)('where %s fails a code says so, and what is open is closed', async (failing, message, closed) => {
  databases.failing = failing
  await expect(store().load()).rejects.toMatchObject({
    code: 'E_ROOT_DATABASE',
    hint: 'do without',
    cause: { message },
  })
  expect(databases.closed).toBe(closed)
})
