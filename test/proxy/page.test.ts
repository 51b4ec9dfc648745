/** What a page does for its enclaves: what rules, the manifest and services let pass, what it sends, and what it records. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createKms, createKmsApp } from '../../src/kms/index.ts'
import type { AccessEntry } from '../../src/proxy/index.ts'
import type { PageAccess } from '../../src/proxy/page/index.ts'
import { answersIn, PageInHand, requestFor } from './page-guest.ts'

type Init = RequestInit & { headers: Headers }
const sent: { url: string; init: Init }[] = []
let respond: (init: Init) => Response | Promise<Response>

beforeEach(() => {
  sent.length = 0
  respond = () => new Response('hello', { headers: { 'X-One': '1' } })
  vi.stubGlobal('fetch', async (url: URL, init: Init) => {
    sent.push({ url: url.href, init })
    return respond(init)
  })
})
afterEach(() => void vi.unstubAllGlobals())

const fail = () => {
  throw new Error('a secret')
}
const ALLOW = { allowlist: ['a.example:*'] }

test('a destination as an object is a rule too', async () => {
  const page = new PageInHand({ allowlist: [{ address: 'a.example', port: 80 }] })
  expect(await page.ask(requestFor('http://a.example/'))).toMatchObject({ status: 200 })
  expect(await page.ask(requestFor('http://a.example:81/'))).toMatchObject({ status: 403 })
})

test('CONNECT is answered with 501, and why', async () => {
  const page = new PageInHand(ALLOW)
  const answer = await page.ask('CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n')
  expect([answer.status, answer.fields.get('connection')]).toEqual([501, 'close'])
  expect(answer.body).toMatch(/^E_PROXY_REQUEST: the parent instance is a page, which has no TCP/)
  expect([sent, page.entries]).toEqual([[], []])
})

describe('an allowed request', () => {
  test('is made by the page, which adds nothing of its own, and its response is passed on', async () => {
    respond = () =>
      new Response('hello', {
        status: 201,
        statusText: 'Made',
        headers: { 'X-One': 'é', 'Content-Encoding': 'gzip', 'Content-Length': '99', 'X-Proxy-Error': 'E' },
      })
    const page = new PageInHand(ALLOW)
    const dropped = ['Cookie: a', 'Proxy-Authorization: b', 'Sec-X: c', 'Origin: d', 'User-Agent: e']
    const ofConnection = ['Connection: X-Mine', 'X-Mine: 1', 'Upgrade: f', 'TE: g']
    const text = requestFor(
      'https://a.example:8443/b/../c?d=%20e',
      ['Content-Type: text/plain', 'Accept: */*', 'Content-Length: 4', ...dropped, ...ofConnection],
      'POST',
      'body',
    )
    const raw = await page.exchange(text)
    expect(raw).toMatch(/^HTTP\/1\.1 201 Made\r\n/)
    expect(raw).toContain('x-one: é\r\n')
    const [{ fields, body }] = answersIn(raw) as [ReturnType<typeof answersIn>[number]]
    expect([...fields.keys()].sort()).toEqual(['content-type', 'transfer-encoding', 'x-one'])
    expect(body).toBe('hello')
    const [{ url, init }] = sent as [(typeof sent)[number]]
    expect(url).toBe('https://a.example:8443/c?d=%20e')
    expect(init).toMatchObject({
      method: 'POST',
      mode: 'cors',
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    })
    expect(Object.fromEntries(init.headers)).toEqual({ 'content-type': 'text/plain', accept: '*/*' })
    expect(Buffer.from(init.body as Uint8Array).toString()).toBe('body')
  })

  test('is recorded as webclave/proxy does, without what it carries', async () => {
    const page = new PageInHand(ALLOW)
    await page.ask(requestFor('http://a.example/', ['Content-Length: 6'], 'PUT', 'secret'))
    const [entry] = page.entries
    expect(entry).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      port: 8000,
      cid: 4,
      protocol: 'fetch',
      destination: 'a.example:80',
      bytesOut: 6,
      bytesIn: 5,
      milliseconds: expect.any(Number),
      end: 'closed',
    })
    expect(JSON.stringify(entry)).not.toMatch(/secret|hello/)
    const asOfNode = ({ protocol: _, ...rest }: PageAccess): Omit<AccessEntry, 'protocol'> => rest
    expect(asOfNode(entry!)).toMatchObject({ end: 'closed' })
  })

  test('follows another on the same connection, until one says that it is the last', async () => {
    const page = new PageInHand(ALLOW)
    const [one, two] = [
      requestFor('http://a.example/1'),
      requestFor('http://a.example/2', ['Connection: close']),
    ]
    const answers = answersIn(await page.exchange(one + two + one))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers.map(({ fields }) => fields.get('connection'))).toEqual([null, 'close'])
    expect(sent.map(({ url }) => url)).toEqual(['http://a.example/1', 'http://a.example/2'])
  })

  test.each([204, 205, 304])('with status %i has an answer without a body', async (status) => {
    respond = () => new Response(null, { status })
    const { fields, body } = await new PageInHand(ALLOW).ask(requestFor('http://a.example/'))
    expect([fields.get('transfer-encoding'), body]).toEqual([null, ''])
    expect(fields.get('content-length')).toBe(status === 205 ? '0' : null)
  })

  test('by HEAD has the length, and no body', async () => {
    respond = () => new Response('never sent', { headers: { 'Content-Length': '1000' } })
    const raw = await new PageInHand(ALLOW).exchange(requestFor('http://a.example/', [], 'HEAD'))
    expect(raw).toMatch(/content-length: 1000\r\n(?:[^\r]+\r\n)*\r\n$/)
  })
})

describe('a request is refused, with the rule,', () => {
  test.each<[string, string, string[] | undefined, RegExp]>([
    ['if no rule allows it', 'http://b.example/', undefined, /no rule allows b\.example:80/],
    ['if a rule denies it', 'http://a.example:81/', undefined, /the rule that decided: a\.example:81/],
    ['if its manifest does not list it', 'http://a.example/', ['a.example:443'], /which has a\.example:443/],
    ['if its image has no destinations', 'http://a.example/', [], /which has none/],
    ['if the address is private', 'http://10.0.0.1/', undefined, /10\.0\.0\.1 is private/],
    [
      'if the name of a service is used for https',
      'https://kms.tab/',
      undefined,
      /no rule allows kms\.tab:443/,
    ],
    [
      'if its manifest does not list the service',
      'http://kms.tab/',
      ['a.example:*'],
      /which has a\.example:\*/,
    ],
  ])('%s', async (_, target, asked, says) => {
    const services = { 'kms.tab': () => new Response('served') }
    const options = { allowlist: ['a.example:*', '0.0.0.0/0:*'], deny: ['a.example:81'], services }
    const page = new PageInHand(options, asked)
    const raw = await page.exchange(requestFor(target, ['Content-Length: 4'], 'POST', 'body'))
    expect(raw).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    const answer = answersIn(raw)[0]!
    expect([answer.status, answer.fields.get('x-proxy-error')]).toEqual([403, 'E_PROXY_NOT_ALLOWED'])
    expect(answer.fields.get('connection')).toBe('close')
    expect(answer.body).toMatch(says)
    expect(sent).toEqual([])
    expect(page.entries).toMatchObject([{ code: 'E_PROXY_NOT_ALLOWED', end: 'refused', bytesOut: 0 }])
  })

  test('and allowed if the manifest and a rule list it (the control)', async () => {
    const page = new PageInHand(ALLOW, ['*.other.example:*', 'a.example:80'])
    expect(await page.ask(requestFor('http://a.example/'))).toMatchObject({ status: 200, body: 'hello' })
  })

  test('if it is for the folder of the page’s service worker', async () => {
    vi.stubGlobal('location', { origin: 'https://a.example' })
    const page = new PageInHand(ALLOW)
    const target = 'https://a.example/webclave-sealed/one'
    expect(await page.ask(requestFor(target, [], 'POST'))).toMatchObject({ status: 403 })
    expect(await page.ask(requestFor('https://a.example/other'))).toMatchObject({ status: 200 })
    expect(sent).toHaveLength(1)
  })
})

describe('a request fails with 502', () => {
  const opaque = (type: string, status: number) =>
    Object.defineProperties(new Response(), { type: { value: type }, status: { value: status } })
  test.each<[string, () => Response | Promise<Response>, RegExp]>([
    [
      'if the page cannot fetch',
      () => Promise.reject(new TypeError('Failed to fetch')),
      /CORS.*Failed to fetch/s,
    ],
    [
      'if the answer is a redirect',
      () => opaque('opaqueredirect', 0),
      /a redirect, which a page cannot read/,
    ],
    ['if the page cannot read the answer', () => opaque('opaque', 0), /cannot read the answer/],
  ])('%s', async (_, answer, says) => {
    respond = answer
    const page = new PageInHand(ALLOW)
    const { status, fields, body } = await page.ask(requestFor('https://a.example/'))
    expect([status, fields.get('x-proxy-error')]).toEqual([502, 'E_PROXY_CONNECT'])
    expect(body).toMatch(/^E_PROXY_CONNECT: no answer from a\.example:443: /)
    expect(body).toMatch(says)
    expect(page.entries).toMatchObject([{ code: 'E_PROXY_CONNECT', end: 'refused' }])
  })
})

describe('a service in the page', () => {
  test('answers by name on any port, without a rule, with all headers of the request', async () => {
    const seen: unknown[] = []
    const service = async (request: Request, { headers, ...more }: { headers: Headers }) => {
      seen.push([
        request.method,
        request.url,
        await request.text(),
        headers.get('host'),
        headers.get('date'),
        more,
      ])
      return new Response('served', { headers: { 'Content-Encoding': 'mine' } })
    }
    const page = new PageInHand({ services: { 'Kms.Tab': service } }, ['kms.tab:*'])
    const text = requestFor('http://KMS.tab:9/a?b', ['Date: today', 'Content-Length: 2'], 'POST', 'hi')
    const answer = await page.ask(text)
    expect(answer).toMatchObject({ status: 200, body: 'served' })
    expect(answer.fields.get('content-encoding')).toBe('mine')
    const more = { cid: 4, isFromEnclave: true }
    expect(seen).toEqual([['POST', 'http://kms.tab:9/a?b', 'hi', 'kms.tab:9', 'today', more]])
    expect(sent).toEqual([])
  })

  test('may be a KMS', async () => {
    await using kms = await createKms()
    const policies = [{ Statement: [{ Effect: 'Allow' as const, Action: '*' }] }]
    const app = createKmsApp(kms, { unsigned: { principal: 'arn:aws:iam::000000000000:root', policies } })
    const page = new PageInHand({ services: { 'kms.tab': app.fetch } }, ['kms.tab:80'])
    const fields = ['Content-Type: application/x-amz-json-1.1', 'X-Amz-Target: TrentService.ListKeys']
    const answer = await page.ask(
      requestFor('http://kms.tab/', [...fields, 'Content-Length: 2'], 'POST', '{}'),
    )
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({ Keys: [] })
  })

  test.each<[string, () => Response, string]>([
    ['throws', fail, 'the service in the page has failed'],
    ['gives no response', () => 'text' as unknown as Response, 'the service in the page gives no response'],
    ['gives an error', () => Response.error(), 'the service in the page gives no response'],
  ])('that %s gives 502, and nothing of its error', async (_, service, says) => {
    const page = new PageInHand({ services: { 'kms.tab': service } })
    const { status, body } = await page.ask(requestFor('http://kms.tab/'))
    expect([status, body]).toEqual([502, `E_PROXY_CONNECT: no answer from kms.tab:80: ${says}\n`])
  })
})

test('a signal that is already aborted opens nothing', () => {
  expect(() => new PageInHand({ signal: AbortSignal.abort(new Error('over')) })).toThrow('over')
})

test.each<[string, object, string]>([
  ['a rule', { allowlist: ['*:443'] }, 'E_PROXY_RULE'],
  ['the name of a service', { services: { '127.0.0.1': () => new Response() } }, 'E_PROXY_OPTIONS'],
  ['a service', { services: { 'kms.tab': 1 } }, 'E_PROXY_OPTIONS'],
  ['maxConnections', { maxConnections: 0 }, 'E_PROXY_OPTIONS'],
])('an invalid option is refused: %s', (_, options, code) => {
  expect(() => new PageInHand(options)).toThrow(expect.objectContaining({ code }))
})
