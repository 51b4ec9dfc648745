/** A secret in IndexedDB: the same for all callers, replaced by rotate, and an error code if the database fails. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SecretDatabase } from '../../src/platform/secret-database.ts'

/** The part of IndexedDB that is used. Transactions run in sequence, and are atomic. */
class FakeDatabases {
  readonly stored = new Map<string, unknown>()
  readonly opened: unknown[] = []
  readonly transactions: unknown[] = []
  closed = 0
  /** The step that fails. */
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
        transaction: (...args: unknown[]) => this.#transaction(args),
        close: () => void this.closed++,
      }
      if (this.#isNew) call('onupgradeneeded')
      this.#isNew = false
      call('onsuccess')
    })
    return request
  }

  #transaction(args: unknown[]): object {
    this.transactions.push(args)
    const transaction: Record<string, unknown> = {
      error: new Error('the disk is full'),
      objectStore: () => ({
        get: (record: string) => {
          const request: Record<string, unknown> = {}
          queueMicrotask(() => {
            request['result'] = this.stored.get(record)
            ;(request['onsuccess'] as (() => void) | undefined)?.()
            const event = this.failing === 'transaction' ? 'onabort' : 'oncomplete'
            queueMicrotask(() => (transaction[event] as () => void)())
          })
          return request
        },
        put: (value: unknown, record: string) => void this.stored.set(record, value),
      }),
    }
    return transaction
  }
}

let databases: FakeDatabases
let created: boolean[]

beforeEach(() => {
  created = []
  databases = new FakeDatabases()
  vi.stubGlobal('indexedDB', databases)
})
afterEach(() => void vi.unstubAllGlobals())

const store = () =>
  new SecretDatabase<string>(
    {
      make: async (extractable) => `secret ${created.push(extractable)}`,
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

test('a secret is created once, not extractable, and then loaded', async () => {
  expect([await store().load(), await store().load()]).toEqual(['secret 1', 'secret 1'])
  expect([created, [...databases.stored]]).toEqual([[false], [['the record', 'secret 1']]])
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

test('concurrent callers all get the same secret', async () => {
  const all = await Promise.all([store().load(), store().load(), store().load()])
  expect(new Set(all)).toEqual(new Set(databases.stored.values()))
})

test('rotate creates a new secret, whether or not one existed', async () => {
  expect([await store().rotate(), await store().rotate(), await store().load()]).toEqual([
    'secret 1',
    'secret 2',
    'secret 2',
  ])
})

test.each([
  ['open', 'no database here', 0],
  ['transaction', 'the disk is full', 1],
] as const)(
  'an error code is thrown if %s fails, and an open database is closed',
  async (failing, message, closed) => {
    databases.failing = failing
    await expect(store().load()).rejects.toMatchObject({
      code: 'E_ROOT_DATABASE',
      hint: 'do without',
      cause: { message },
    })
    expect(databases.closed).toBe(closed)
  },
)
