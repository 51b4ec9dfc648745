/** Internal errors of the KMS: answered with a 500 without details, and never reported as the client's error. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  createKms,
  createKmsApp,
  type Kms,
  type KmsClient,
  KmsError,
  MemoryStore,
} from '../../src/kms/index.ts'
import { OPERATIONS } from '../../src/kms/operations/index.ts'
import { createLaboratory, ROLE, refused, utf8 } from './support.ts'

const policies = [{ Statement: [{ Effect: 'Allow', Action: '*' }] }]
const caller = { principal: ROLE, policies }
let store: MemoryStore
let kms: Kms

beforeEach(async () => {
  store = new MemoryStore()
  kms = await createKms({ store })
})
afterEach(() => vi.restoreAllMocks())

/** Sends the same request in both dialects, and returns both answers. */
async function request(target = 'ListKeys'): Promise<{ status: number; body: string }[]> {
  const app = createKmsApp(kms, { unsigned: caller })
  const init = { method: 'POST', body: '{}' }
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${target}` }
  const answers = [
    await app.request('/', { ...init, headers }),
    await app.request(`/v1.0/p/kms/${target === 'ListKeys' ? 'list-keys' : target}`, {
      ...init,
      headers: { 'content-type': 'application/json' },
    }),
  ]
  return Promise.all(answers.map(async (answer) => ({ status: answer.status, body: await answer.text() })))
}

test('a valid request is answered, and an unknown operation is the client’s fault', async () => {
  expect((await request()).map(({ status }) => status)).toEqual([200, 200])
  const [aws, huawei] = await request('NoSuchOperation')
  expect([aws?.status, huawei?.status]).toEqual([400, 404])
  expect(aws?.body).toContain('UnknownOperationException')
})

interface AnyCall {
  release(secret: Uint8Array): Promise<unknown>
  authorize(action: 'ListKeys', key: undefined): void
}

describe.each<[what: string, run: (call: AnyCall) => unknown]>([
  ['an operation that answers without a permission check', async () => ({ keys: [], truncated: false })],
  [
    'an operation that releases a secret before the permission check',
    async (call) => {
      const released = await call.release(utf8('a secret'))
      call.authorize('ListKeys', undefined)
      return { keys: [], truncated: false, released }
    },
  ],
  [
    'an operation that throws an unexpected error',
    async () => {
      throw new TypeError('a secret detail')
    },
  ],
  [
    'an operation that throws E_KMS_INTERNAL',
    async () => {
      throw new KmsError('E_KMS_INTERNAL', { what: 'a secret detail' })
    },
  ],
  [
    'a store that fails',
    async () => {
      throw new KmsError('E_KMS_STORE', { what: 'a secret detail' })
    },
  ],
])('%s', (_, run) => {
  test('is answered with 500, in the format of each cloud', async () => {
    vi.spyOn(OPERATIONS.listKeys, 'run').mockImplementation(run as never)
    const [aws, huawei] = await request()
    expect(aws).toMatchObject({ status: 500, body: expect.stringContaining('KMSInternalException') })
    expect(huawei).toMatchObject({ status: 500, body: expect.stringContaining('KMS.0102') })
    for (const answer of [aws, huawei]) {
      expect(answer?.body).not.toContain('a secret')
      expect(answer?.body).not.toContain('keys')
    }
  })
})

test('a tampered record is answered with 500 too', async () => {
  const { keyId } = (await kms.owner.createKey({})).keyMetadata
  const name = `key/${keyId}`
  const from = (await store.get(name))!
  await store.write([{ name, from, to: Uint8Array.of(...from.subarray(0, -1), from.at(-1)! ^ 1) }])
  expect((await request()).map(({ status }) => status)).toEqual([500, 500])
})

test('a program that uses the KMS directly gets the internal error', async () => {
  vi.spyOn(OPERATIONS.listKeys, 'run').mockResolvedValue({ keys: [], truncated: false })
  const clients: KmsClient[] = [kms.owner, kms.as(caller)]
  for (const client of clients) {
    await expect(client.listKeys({})).rejects.toEqual(refused('E_KMS_INTERNAL', /without a policy check/))
  }
})

test('a denied call has not passed the permission check, even if the operation catches the denial', async () => {
  const { run } = OPERATIONS.listKeys
  vi.spyOn(OPERATIONS.listKeys, 'run').mockImplementation((async (call: never, input: never) =>
    run(call, input).catch(() => ({ keys: [], truncated: false }))) as never)
  await kms.as(caller).listKeys({})
  await expect(kms.as({ principal: ROLE }).listKeys({})).rejects.toEqual(refused('E_KMS_INTERNAL'))
})

test('a failing store reveals no details to a caller', async () => {
  const { kms } = await createLaboratory()
  await kms.close()
  const failing = { get: () => Promise.reject(new Error('disk /dev/secret is full')) }
  const faults: unknown[] = []
  const broken = createKmsApp(Object.create(kms, { perform: { value: failing.get } }) as typeof kms, {
    unsigned: { principal: ROLE },
    onFault: (error) => faults.push(error),
  })
  const response = await broken.request('/', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'TrentService.ListKeys' },
    body: '{}',
  })
  expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('secret')])
  expect(faults).toEqual([new Error('disk /dev/secret is full')])
})
