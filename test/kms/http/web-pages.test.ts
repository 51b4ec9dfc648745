/**
 * A KMS that accepts unsigned requests, attacked by web pages in a browser on the same machine: with a form, with `fetch`,
 * and with DNS rebinding. For each attack, a legitimate request is answered.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { createKms, createKmsApp, type Kms } from '../../../src/kms/index.ts'
import { ACCOUNT, ROLE, refused } from '../support.ts'
import { ACCESS_KEY, converse } from '../support-http.ts'
import { signAws, signHuawei } from './requests.ts'

const POLICIES = [{ Statement: [{ Effect: 'Allow', Action: '*' }] }]
const AWS = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.CreateKey' }
const HUAWEI = { 'content-type': 'application/json' }
/** Both clouds' call that creates a key. */
const DIALECTS: [cloud: string, path: string, headers: Record<string, string>][] = [
  ['AWS', '/', AWS],
  ['Huawei', '/v1.0/p/kms/create-key', HUAWEI],
]

let kms: Kms
let app: ReturnType<typeof createKmsApp>
beforeAll(async () => {
  kms = await createKms({ place: { account: ACCOUNT } })
  app = createKmsApp(kms, {
    unsigned: { principal: ROLE, policies: POLICIES },
    hosts: ['KMS.example', '[fd00::1]'],
  })
})

const keys = async () => (await kms.owner.listKeys({ limit: 1000 })).keys.length
let count = 0
const bodyFor = (path: string) => (path === '/' ? '{}' : JSON.stringify({ key_alias: `k${count++}` }))

/** The status of a request, and the number of keys that it created. */
async function statusAndKeys(path: string, headers: Record<string, string>, environment: object = {}) {
  const before = await keys()
  const given = new Headers({ host: 'localhost', ...headers })
  const request = new Request(`http://${given.get('host')}${path}`, {
    method: 'POST',
    headers: given,
    body: bodyFor(path),
  })
  const { status } = await app.fetch(request, { headers: given, ...environment })
  return [status, (await keys()) - before]
}

describe.each(DIALECTS)('%s', (_, path, headers) => {
  test.each([
    'localhost',
    'LOCALHOST:8443',
    '127.0.0.1',
    '127.1.2.3:80',
    '[::1]:8443',
    'kms.example',
    'Kms.Example:443',
    '[fd00::1]',
  ])('Host %s is answered', async (host) => {
    expect(await statusAndKeys(path, { ...headers, host })).toEqual([200, 1])
  })

  test.each([
    'evil.example',
    'evil.example:8443',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'xkms.example',
    '128.0.0.1',
    '0.0.0.0',
    '[::]',
    'localhost:x',
    'a@localhost',
    '',
  ])('Host %j is refused, because of DNS rebinding', async (host) => {
    const given = new Headers({ ...headers, host })
    const before = await keys()
    const request = new Request(`http://localhost${path}`, { method: 'POST', headers, body: bodyFor(path) })
    const answer = await app.fetch(request, { headers: given })
    expect([answer.status, (await keys()) - before]).toEqual([403, 0])
    expect(JSON.stringify(await answer.json())).toContain('Host is not one of this service')
  })

  test('a page of another origin is rejected, also with other headers', async () => {
    for (const origin of ['https://evil.example', 'http://localhost:81', 'null', '', 'http://localhost.']) {
      expect(await statusAndKeys(path, { ...headers, origin }), origin).toEqual([403, 0])
    }
    for (const site of ['cross-site', 'same-site', 'other']) {
      expect(await statusAndKeys(path, { ...headers, 'sec-fetch-site': site }), site).toEqual([403, 0])
      expect(
        await statusAndKeys(path, { ...headers, origin: 'http://localhost', 'sec-fetch-site': site }),
      ).toEqual([403, 0])
    }
    for (const site of ['same-origin', 'none']) {
      expect(
        await statusAndKeys(path, { ...headers, origin: 'http://localhost', 'sec-fetch-site': site }),
      ).toEqual([200, 1])
    }
    expect(
      await statusAndKeys(path, { ...headers, host: 'localhost:81', origin: 'http://localhost:81' }),
    ).toEqual([200, 1])
  })

  test('a body of a type that pages can send without a preflight is rejected', async () => {
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']
    for (const type of [...types, '', 'application/jsonx', 'text/plain;application/json']) {
      expect(await statusAndKeys(path, { ...headers, 'content-type': type }), type).toEqual([400, 0])
    }
    const { 'content-type': own = '', ...rest } = headers
    for (const type of [own, `${own};charset=UTF-8`, ` ${own.toUpperCase()} ; charset=utf-8`]) {
      expect(await statusAndKeys(path, { ...rest, 'content-type': type }), type).toEqual([200, 1])
    }
    const [[, , other]] = DIALECTS.filter(([, one]) => one !== path) as [(typeof DIALECTS)[0]]
    expect(await statusAndKeys(path, { ...headers, 'content-type': other['content-type']! })).toEqual([
      400, 0,
    ])
  })

  test('an enclave may use any Host over vsock, which pages cannot reach', async () => {
    expect(await statusAndKeys(path, { ...headers, host: 'kms' }, { isFromEnclave: true })).toEqual([200, 1])
    expect(await statusAndKeys(path, { ...headers, host: 'kms' })).toEqual([403, 0])
    const head = Object.entries({ host: 'kms', connection: 'close', ...headers }).map((one) => one.join(': '))
    const body = bodyFor(path)
    const request = `POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    expect(await converse(app, request)).toContain('HTTP/1.1 200 ')
  })
})

test('a signed request may use any Host, but is rejected from another origin', async () => {
  const signed = createKmsApp(kms, { accessKeys: [{ ...ACCESS_KEY, principal: ROLE, policies: POLICIES }] })
  for (const draft of [signAws('ListKeys', '{}'), signHuawei('/v1.0/p/kms/list-keys', '{}')]) {
    const send = (more: object) => {
      const headers = new Headers({ ...draft.headers, ...more })
      return signed.fetch(new Request(draft.url, { ...draft, headers }), { headers })
    }
    expect((await send({})).status).toBe(200)
    expect((await send({ origin: 'https://evil.example' })).status).toBe(403)
  }
})

test('a CORS preflight gets no permission', async () => {
  for (const path of ['/', '/v1.0/p/kms/create-key', '/webclave/nonce']) {
    const answer = await app.request(path, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    })
    expect([
      answer.ok,
      [...answer.headers.keys()].filter((name) => name.startsWith('access-control')),
    ]).toEqual([false, []])
  }
})

test('no page of another origin gets a nonce', async () => {
  const send = (headers: Record<string, string>) =>
    app.request('/webclave/nonce', { method: 'POST', headers })
  expect((await send({ origin: 'https://evil.example' })).status).toBe(403)
  expect((await send({})).status).toBe(200)
})

test.each(['http://kms.example', 'kms.example:443', 'a b', '', '*', 7 as unknown as string])(
  '%j is refused as an entry of hosts',
  (host) => {
    expect(() => createKmsApp(kms, { hosts: [host] })).toThrow(refused('E_KMS_CONFIG') as Error)
  },
)
