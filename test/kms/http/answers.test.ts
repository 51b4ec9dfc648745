/** Status codes: 2xx if the call was done, 4xx for an error of the caller, 500 only for an error of the KMS. */
import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { createKms, createKmsApp, type Kms, KmsError } from '../../../src/kms/index.ts'
import { ACCOUNT, ROLE, utf8 } from '../support.ts'
import { verifiesAnswer } from '../support-http.ts'

const UNSIGNED = { principal: ROLE, policies: [{ Statement: [{ Effect: 'Allow', Action: '*' }] }] }
const TYPES = { aws: 'application/x-amz-json-1.1', huawei: 'application/json' }

let kms: Kms
let app: ReturnType<typeof createKmsApp>
let keyId: string
let faults: unknown[]
const serve = (of: Kms) => createKmsApp(of, { unsigned: UNSIGNED, onFault: (error) => faults.push(error) })
beforeEach(async () => {
  faults = []
  kms = await createKms({ place: { account: ACCOUNT } })
  keyId = (await kms.owner.createKey({})).keyMetadata.keyId
  app = serve(kms)
})

const contentDigest = (body: Uint8Array) => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`

/** Sends with the digest of the body, and checks whether the answer is signed for this request. */
async function sendSigned(method: string, path: string, body = '', of = app) {
  const digest = contentDigest(utf8(body))
  const type = method === 'POST' && path === '/' ? TYPES.aws : TYPES.huawei
  const headers = { 'content-type': type, 'content-digest': digest, 'x-amz-target': 'TrentService.ListKeys' }
  const answer = await of.request(path, { method, headers, ...(body && { body }) })
  const content = new Uint8Array(await answer.arrayBuffer())
  const whole = answer.headers.get('content-digest') === contentDigest(content)
  const isSigned = await verifiesAnswer(kms.identity(), { method, path, contentDigest: digest }, answer)
  return { status: answer.status, body: new TextDecoder().decode(content), isSigned: whole && isSigned }
}

const send = (method: string, path: string, body?: string) =>
  app.request(path, {
    method,
    headers: {
      'content-type': path === '/' ? TYPES.aws : TYPES.huawei,
      'x-amz-target': 'TrentService.Encrypt',
    },
    ...(body !== undefined && { body }),
  })

test('an answer without a body is signed like any other, and the reported change was made', async () => {
  const path = `/v1.0/p/kms/${keyId}/tags`
  const tags = async () => (await kms.owner.listResourceTags({ keyId })).tags
  const put = await sendSigned('POST', path, JSON.stringify({ tag: { key: 'a b', value: 'c' } }))
  expect(put).toEqual({ status: 204, body: '', isSigned: true })
  expect(await tags()).toEqual([{ tagKey: 'a b', tagValue: 'c' }])
  expect(await sendSigned('GET', path)).toMatchObject({ status: 200, isSigned: true })
  expect(await sendSigned('DELETE', `${path}/a%20b`)).toEqual({ status: 204, body: '', isSigned: true })
  expect(await tags()).toEqual([])
  expect(await sendSigned('POST', '/', '{}')).toMatchObject({ status: 200, isSigned: true })
  expect(await sendSigned('GET', '/webclave/identity')).toMatchObject({ status: 200, isSigned: true })
  expect((await app.request('/webclave/identity', { method: 'HEAD' })).status).toBe(200)
  expect(faults).toEqual([])
})

describe('an error of the caller is not reported as one of the KMS', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  test.each<[what: string, method: string, path: string, body: string | undefined, status: number]>([
    ['a tag with a truncated percent escape', 'DELETE', '/v1.0/p/kms/KEY/tags/%E0%A4%A', undefined, 400],
    ['a tag with an invalid percent escape', 'DELETE', '/v1.0/p/kms/KEY/tags/%zz', undefined, 400],
    ['a tag that is not UTF-8', 'DELETE', '/v1.0/p/kms/KEY/tags/%ff', undefined, 400],
    ['a tag of 129 characters', 'DELETE', `/v1.0/p/kms/KEY/tags/${'a'.repeat(129)}`, undefined, 400],
    ['a key with an invalid percent escape', 'POST', '/v1.0/p/kms/%zz/tags', '{}', 404],
    ['a project with an invalid percent escape', 'POST', '/v1.0/%zz/kms/list-keys', '{}', 404],
    ['a tag put by its path', 'POST', '/v1.0/p/kms/KEY/tags/a', '{"tag":{"key":"a","value":""}}', 404],
    ['many tags at once', 'POST', '/v1.0/p/kms/KEY/tags/action', '{"action":"create","tags":[]}', 404],
    ['a missing tag', 'POST', '/v1.0/p/kms/KEY/tags', '{}', 400],
    ['a tag that is not an object', 'POST', '/v1.0/p/kms/KEY/tags', '{"tag":"a"}', 400],
    [
      'a tag with an unknown member',
      'POST',
      '/v1.0/p/kms/KEY/tags',
      '{"tag":{"key":"a","value":"","x":1}}',
      400,
    ],
    ['a deeply nested list', 'POST', '/', nested(200_000), 400],
    ['a deeply nested list, over Huawei’s API', 'POST', '/v1.0/p/kms/list-keys', nested(200_000), 400],
    ['a deeply nested member', 'POST', '/v1.0/p/kms/list-keys', `{"marker":${nested(100_000)}}`, 400],
    ['a deeply nested encryption context', 'POST', '/', `{"EncryptionContext":${nested(100_000)}}`, 400],
    ['a truncated list', 'POST', '/', '['.repeat(200_000), 400],
    ['an unpaired surrogate', 'POST', '/', '{"KeyId":"\\ud800"}', 400],
    ['a duplicate member', 'POST', '/', '{"KeyId":"a","KeyId":"b"}', 400],
    [
      'a duplicate member, over Huawei’s API',
      'POST',
      '/v1.0/p/kms/list-keys',
      '{"limit":"1","limit":"2"}',
      400,
    ],
    ['a query', 'POST', '/v1.0/p/kms/list-keys?limit=1', '{}', 400],
    ['another method', 'PUT', '/v1.0/p/kms/list-keys', '{}', 404],
    ['GET for an operation', 'GET', '/v1.0/p/kms/list-keys', undefined, 404],
    ['a later version', 'GET', '/v2/p/kms/regions', undefined, 404],
    ['GET for a page', 'GET', '/', undefined, 404],
  ])('%s', async (_, method, path, body, status) => {
    const answer = await send(method, path.replace('KEY', keyId), body)
    const error = (await answer.json()) as { error_code?: string; __type?: string }
    expect([answer.status, error.error_code ?? error.__type]).toEqual([
      status,
      expect.stringMatching(/^KMS\.|Exception$/),
    ])
    expect(faults).toEqual([])
  })
})

describe('an error of the KMS is a signed 500 in both clouds’ formats, and is passed to onFault', () => {
  /** An app of the same KMS in which every operation fails with `error`. */
  const failing = (error: unknown) =>
    serve({ signer: kms.signer, place: kms.place, perform: () => Promise.reject(error) } as unknown as Kms)

  test.each<[path: string, code: string]>([
    ['/', 'KMSInternalException'],
    ['/v1.0/p/kms/list-keys', 'KMS.0102'],
  ])('%s', async (path, code) => {
    const error = new RangeError('secret')
    const { status, body, isSigned } = await sendSigned('POST', path, '{}', failing(error))
    expect([status, isSigned]).toEqual([500, true])
    expect(body).toContain(code)
    expect(body).not.toContain('secret')
    expect(faults).toEqual([error])
  })

  test('also if a stored record was changed or cannot be read', async () => {
    for (const error of (['E_KMS_SEALED', 'E_KMS_STORE', 'E_KMS_CONFIG'] as const).map(
      (code) => new KmsError(code, { what: 'secret' }),
    )) {
      const { status, body } = await sendSigned('POST', '/', '{}', failing(error))
      expect([status, body.includes('secret'), faults.pop()]).toEqual([500, false, error])
    }
    const { status, body } = await sendSigned(
      'POST',
      '/',
      '{}',
      failing(new KmsError('E_KMS_STATE', { what: 'said' })),
    )
    expect([status, body.includes('said'), faults]).toEqual([400, true, []])
  })

  test('an answer that cannot be signed is not sent', async () => {
    const error = new Error('no key')
    const unsigned = { place: kms.place, perform: async () => ({}) }
    const signer = { keyId: '', sign: () => Promise.reject(error) }
    const broken = serve({ ...unsigned, signer } as unknown as Kms)
    const { status, isSigned } = await sendSigned('POST', '/', '{}', broken)
    expect([status, isSigned, faults]).toEqual([500, false, [error]])
  })
})
