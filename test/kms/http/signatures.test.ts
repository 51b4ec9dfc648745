/** Signed requests: each cloud's valid request is answered, and every request with one change is refused. */
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { createKms, createKmsApp } from '../../../src/kms/index.ts'
import { ROLE, refused } from '../support.ts'
import { ACCESS_KEY } from '../support-http.ts'
import { type Draft, signAws, signHuawei } from './requests.ts'

const PATH = '/v1.0/0123456789abcdef/kms/list-keys'
const ALLOW = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*' }] }
const KEY = { ...ACCESS_KEY, principal: ROLE, policies: [ALLOW] }
const TEMPORARY = {
  accessKeyId: 'ASIATEMPORARY',
  secretAccessKey: 'temporary',
  sessionToken: 'token',
  principal: ROLE,
  policies: [ALLOW],
}

let app: ReturnType<typeof createKmsApp>
beforeAll(async () => {
  app = createKmsApp(await createKms(), { accessKeys: [KEY, TEMPORARY] })
})

const send = ({ url, method, headers, body }: Draft) =>
  app.request(new Request(url, { method, headers, body }), {}, { headers: new Headers(headers) })

const CLOUDS: [string, (more?: object) => Draft, Record<string, number>][] = [
  ['AWS', (more) => signAws('ListKeys', '{}', more), { date: 5 }],
  ['Huawei', (more) => signHuawei(PATH, '{}', more), { date: 15 }],
]

describe.each(CLOUDS)('%s', (cloud, sign, { date: minutes }) => {
  const dateHeader = cloud === 'AWS' ? 'x-amz-date' : 'x-sdk-date'
  const token = cloud === 'AWS' ? 'x-amz-security-token' : 'x-security-token'

  test('a valid request is answered', async () => {
    const response = await send(sign())
    expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/keys/i)])
  })

  const tampered = (change: (draft: Draft) => void) => () => {
    const draft = sign()
    change(draft)
    return draft
  }
  test.each<[what: string, draft: () => Draft]>([
    ['no signature', tampered((draft) => delete draft.headers['authorization'])],
    ['another body', tampered((draft) => (draft.body = '{ }'))],
    ['another method', tampered((draft) => (draft.method = 'PUT'))],
    ['another host', tampered((draft) => (draft.headers['host'] = 'other'))],
    ['a query', tampered((draft) => (draft.url += '?a=1'))],
    ['another content type', tampered((draft) => (draft.headers['content-type'] = 'text/plain'))],
    [
      'a truncated signature',
      tampered((draft) => (draft.headers['authorization'] = draft.headers['authorization']!.slice(0, -1))),
    ],
    [
      'a signature of zeros',
      tampered(
        (draft) =>
          (draft.headers['authorization'] = draft.headers['authorization']!.replace(
            /[0-9a-f]{64}$/,
            '0'.repeat(64),
          )),
      ),
    ],
    [
      'a date that is not signed',
      tampered(
        (draft) =>
          (draft.headers['authorization'] = draft.headers['authorization']!.replace(`;${dateHeader}`, '')),
      ),
    ],
    [
      'an empty name among the signed headers',
      tampered(
        (draft) =>
          (draft.headers['authorization'] = draft.headers['authorization']!.replace(
            `;${dateHeader}`,
            `;;${dateHeader}`,
          )),
      ),
    ],
    [
      'a signed header that is missing',
      tampered(
        (draft) =>
          (draft.headers['authorization'] = draft.headers['authorization']!.replace(
            `;${dateHeader}`,
            `;x-none;${dateHeader}`,
          )),
      ),
    ],
    ['another secret', () => sign({ key: { ...ACCESS_KEY, secretAccessKey: 'guessed' } })],
    ['an unknown access key', () => sign({ key: { ...ACCESS_KEY, accessKeyId: 'AKIDNOBODY' } })],
    ['a date too far in the past', () => sign({ now: Date.now() - (minutes! * 60_000 + 2000) })],
    ['a date too far in the future', () => sign({ now: Date.now() + (minutes! * 60_000 + 2000) })],
    ['no date', tampered((draft) => delete draft.headers[dateHeader])],
    ['a token for a key without one', tampered((draft) => (draft.headers[token] = 'token'))],
    ['a temporary key without its token', () => sign({ key: TEMPORARY })],
    [
      'the other cloud’s signature',
      () =>
        cloud === 'AWS'
          ? { ...signHuawei('/', '{}'), url: 'http://kms.local/' }
          : { ...sign(), headers: signAws('ListKeys', '{}').headers },
    ],
  ])('a request with %s is refused', async (_, draft) => {
    const response = await send(draft())
    const error = (await response.json()) as { __type?: string; error_code?: string }
    const code = cloud === 'AWS' ? [403, 'InvalidSignatureException'] : [401, 'APIGW.0301']
    // AWS's API has only POST: another method is an unknown operation, which is refused before the signature is checked.
    const isUnknown = cloud === 'AWS' && draft().method !== 'POST'
    expect([response.status, error.__type ?? error.error_code]).toEqual(isUnknown ? [404, 'KMS.0201'] : code)
  })

  test('a signed digest of the body must match the body', async () => {
    const name = cloud === 'AWS' ? 'x-amz-content-sha256' : 'x-sdk-content-sha256'
    const digestOf = (body: string) => createHash('sha256').update(body).digest('hex')
    const statusWith = async (body: string) => (await send(sign({ more: { [name]: digestOf(body) } }))).status
    expect(await statusWith('{}')).toBe(200)
    expect(await statusWith('{ }')).toBe(cloud === 'AWS' ? 403 : 401)
  })

  test('the names of signed headers are sorted, each once, and at most 64', async () => {
    const headersToFill = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`a${String(at).padStart(3, '0')}`, 'b']))
    const own = Object.keys(sign().headers)
      .filter((name) => name !== 'authorization')
      .sort()
    const statusOf = async (names: readonly string[], more = headersToFill(61)) =>
      (await send(sign({ names, more }))).status
    const refusal = cloud === 'AWS' ? 403 : 401
    const [first, ...rest] = own
    expect(await statusOf(own)).toBe(200)
    expect(await statusOf([...own, own.at(-1)!])).toBe(refusal)
    expect(await statusOf([first!, first!, ...rest])).toBe(refusal)
    expect(await statusOf([...rest, first!])).toBe(refusal)
    const many = (count: number) => [...Object.keys(headersToFill(count - own.length)), ...own]
    expect(await statusOf(many(64))).toBe(200)
    expect(await statusOf(many(65))).toBe(refusal)
  })

  test('a header is read at most once for a signature, however often it is named', async () => {
    const { url, method, headers, body } = sign({ more: { a: 'b  '.repeat(5000) } })
    const readsOf = async (authorization: string) => {
      let reads = 0
      const counting = new (class extends Headers {
        override get(name: string) {
          if (name === 'a') reads++
          return super.get(name)
        }
      })({ ...headers, authorization })
      const request = new Request(url, { method, headers, body })
      const { status } = await app.request(request, {}, { headers: counting })
      return [status, reads]
    }
    const { authorization } = headers as { authorization: string }
    const refusal = cloud === 'AWS' ? 403 : 401
    expect(await readsOf(authorization.replace(/[0-9a-f]{64}$/, '0'.repeat(64)))).toEqual([refusal, 1])
    const repeated = authorization.replace('SignedHeaders=a;', `SignedHeaders=${'a;'.repeat(2000)}`)
    expect(await readsOf(repeated)).toEqual([refusal, 0])
  })

  test('spaces at the ends and repeated spaces are ignored in the signed text', async () => {
    const draft = sign({ more: { 'x-note': 'a b c' } })
    draft.headers['x-note'] = '  a  b   c '
    expect((await send(draft)).status).toBe(200)
    draft.headers['x-note'] = 'a bc'
    expect((await send(draft)).status).toBe(cloud === 'AWS' ? 403 : 401)
  })

  test('a date is valid for the allowed minutes before and after, to the second', async () => {
    const now = Date.UTC(2026, 10, 24, 17, 15)
    const clocked = createKmsApp(await createKms(), { accessKeys: [KEY], now: () => now })
    const statusAt = async (seconds: number) => {
      const { url, method, headers, body } = sign({ now: now + seconds * 1000 })
      const request = new Request(url, { method, headers, body })
      return (await clocked.request(request, {}, { headers: new Headers(headers) })).status
    }
    const most = minutes! * 60
    const refusal = cloud === 'AWS' ? 403 : 401
    expect(await Promise.all([-most - 1, -most, 0, most, most + 1].map(statusAt))).toEqual([
      refusal,
      200,
      200,
      200,
      refusal,
    ])
  })
})

test('every X-Amz header must be signed', async () => {
  const draft = signAws('ListKeys', '{}')
  draft.headers['x-amz-meta'] = 'added'
  expect((await send(draft)).status).toBe(403)
})

describe('a correctly signed scope', () => {
  const now = Date.UTC(2026, 10, 24, 17, 15)
  const answer = async (scope: { day?: string; service?: string }) => {
    const clocked = createKmsApp(await createKms(), { accessKeys: [KEY], now: () => now })
    const { url, method, headers, body } = signAws('ListKeys', '{}', { now, ...scope })
    const request = new Request(url, { method, headers, body })
    return (await clocked.request(request, {}, { headers: new Headers(headers) })).status
  }

  test('must have the date of its request', async () => {
    expect(await answer({ day: '20261124' })).toBe(200)
    for (const day of ['20261123', '20261125', '20251124']) expect(await answer({ day }), day).toBe(403)
  })

  test('must name this service', async () => {
    expect(await answer({ service: 'kms' })).toBe(200)
    for (const service of ['s3', 'kms-fips', 'KMS']) expect(await answer({ service }), service).toBe(403)
  })
})

test('the operation is part of what is signed', async () => {
  const draft = signAws('ListKeys', '{}')
  draft.headers['x-amz-target'] = 'TrentService.ListAliases'
  expect((await send(draft)).status).toBe(403)
})

test.each([
  [{ ...KEY, session_token: 'a' }],
  [{ ...KEY, polices: [] }],
  [{ ...KEY, policies: ALLOW as never }],
  [{ ...KEY, accessKeyId: 'a b' }],
  [{ ...KEY, secretAccessKey: '' }],
  [{ ...KEY, principal: '' }],
  [{ ...KEY, policies: ['{'] }],
])('an invalid access key is refused: %j', async (key) => {
  const kms = await createKms()
  expect(() =>
    createKmsApp(kms, { accessKeys: [{ ...KEY, sessionToken: undefined as never }] }),
  ).not.toThrow()
  expect(() => createKmsApp(kms, { accessKeys: [key] })).toThrow(
    refused(expect.stringMatching(/^E_KMS_(?:CONFIG|VALIDATION|POLICY)$/) as unknown as string) as Error,
  )
  expect(() => createKmsApp(kms, { accessKeys: [KEY, KEY] })).toThrow(refused('E_KMS_CONFIG') as Error)
})

describe('a path of Huawei', () => {
  const status = async (part: string) => {
    const path = `/v1.0/0123456789abcdef/kms/00000000-0000-4000-8000-000000000000/tags/${part}`
    const { error_code } = (await (await send(signHuawei(path, '{}'))).json()) as { error_code: string }
    return error_code
  }

  test('is signed as it means, with all that is reserved encoded', async () => {
    // Signed, and then refused for its method.
    for (const part of ['a', 'a%20b', 'env%3Aprod', '%27']) expect(await status(part), part).toBe('KMS.0201')
  })

  test('that could be the signed text of another path is refused', async () => {
    for (const part of ['a%2520b', 'a%', 'env:prod', '%61'])
      expect(await status(part), part).toBe('APIGW.0301')
  })
})
