/** Pages of named origins, as a browser sends their requests: preflights, answers that they may read, and all others. */
import { describe, expect, test } from 'vitest'
import { createKms, createKmsApp } from '../../../src/kms/index.ts'
import { ACCOUNT, ROLE, refused } from '../support.ts'

const PAGE = 'https://app.example'
const CALL = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.ListKeys' }
const kms = await createKms({ place: { account: ACCOUNT } })
const caller = { principal: ROLE, policies: [{ Statement: [{ Effect: 'Allow', Action: '*' }] }] }
const app = createKmsApp(kms, { unsigned: caller, origins: [PAGE, 'http://localhost:5173'] })

/** Sends what a browser would, whose `Request` omits some of the headers. */
function send(method: string, origin: string | undefined, headers: Record<string, string> = {}) {
  const given = new Headers({ host: 'localhost', ...(origin && { origin }), ...headers })
  const body = method === 'POST' ? '{}' : null
  return app.fetch(new Request('http://localhost/', { method, body, headers }), { headers: given })
}

const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'content-type,x-amz-target',
}

describe('a page of a named origin', () => {
  test('gets its preflight answered', async () => {
    const answer = await send('OPTIONS', PAGE, PREFLIGHT)
    expect(answer.status).toBe(204)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-headers': 'content-type,x-amz-target',
      'access-control-allow-methods': expect.stringContaining('POST'),
      vary: 'Origin',
    })
  })

  test('may call from another site, and read the answer, also an error', async () => {
    const headers = { ...CALL, 'sec-fetch-site': 'cross-site' }
    for (const [more, status] of [
      [{}, 200],
      [{ 'x-amz-target': 'TrentService.None' }, 400],
    ] as const) {
      const answer = await send('POST', PAGE, { ...headers, ...more })
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, PAGE])
      expect(await answer.json()).toBeDefined()
    }
  })

  test('must name a host of the service if its request is unsigned', async () => {
    expect((await send('POST', PAGE, { ...CALL, host: 'evil.example' })).status).toBe(403)
  })

  test('gets only lists of names into the answer', async () => {
    const answer = await send('OPTIONS', PAGE, { 'access-control-request-headers': 'a, <b>' })
    expect(answer.headers.has('access-control-allow-headers')).toBe(false)
  })
})

test.each(['https://app.example.evil', 'http://app.example', 'https://app.example:8443', 'null'])(
  'a page of %s is refused, and cannot read why',
  async (origin) => {
    for (const [method, headers] of [
      ['OPTIONS', PREFLIGHT],
      ['POST', CALL],
    ] as const) {
      const answer = await send(method, origin, headers)
      expect(answer.status).toBe(403)
      expect(answer.headers.has('access-control-allow-origin')).toBe(false)
    }
  },
)

test('a program, which names no origin, is answered as before', async () => {
  const answer = await send('POST', undefined, CALL)
  expect([answer.status, answer.headers.has('vary')]).toEqual([200, false])
})

test.each(['*', 'app.example', 'https://app.example/', 'https://app.example/path', 5])(
  '%j is not an origin',
  (origin) => {
    expect(() => createKmsApp(kms, { origins: [origin as string] })).toThrow(refused('E_KMS_CONFIG'))
  },
)
