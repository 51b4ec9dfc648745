/** `fetch` of an enclave: its requests, responses and errors. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FetchLab } from './fetch-lab.ts'

let network: FetchLab
beforeAll(async () => {
  network = await FetchLab.open()
})
afterAll(() => network[Symbol.asyncDispose]())

describe('fetch', () => {
  test('gives status, headers and body', async () => {
    const give = `[response.status, response.ok, response.statusText, response.type, response.url, response.redirected,
      response.headers.get('Content-Type'), await response.text(), response.bodyUsed]`
    expect(await network.fetched('/hello?a=b#c', '{}', give)).toEqual([
      ...[200, true, 'OK', 'basic', `${network.url}/hello?a=b`, false, 'text/plain', 'hello', true],
    ])
    expect(
      await network.fetched('/missing', '{}', '[response.status, response.ok, response.statusText]'),
    ).toEqual([...[404, false, 'Not Here']])
    expect(await network.fetched('/nothing', '{}', '[response.status, response.body]')).toEqual([204, null])
    expect(await network.fetched('/cookies', '{}', 'response.headers.getSetCookie()')).toEqual(['a=1', 'b=2'])
  })

  test('sends the headers that were given, and those of HTTP itself', async () => {
    const sent = JSON.parse(
      await network.fetched<string>(
        '/headers',
        `{ headers: { 'X-One': 'ä', host: 'other', connection: 'close' } }`,
      ),
    )
    const { host } = new URL(network.url)
    expect(sent).toMatchObject({ 'x-one': 'ä', host, accept: '*/*', 'accept-encoding': 'identity' })
    expect(sent).not.toHaveProperty('content-length')
  })

  test.each([
    ['text', `'höllo'`, 'POST höllo'],
    ['bytes', 'Uint8Array.of(104, 105)', 'POST hi'],
    ['a form', 'new URLSearchParams({ a: "b c" })', 'POST a=b+c'],
    ['a Blob', 'new Blob(["a", "b"])', 'POST ab'],
    ['a stream', 'new Blob(["stre", "am"]).stream(), duplex: "half"', 'POST stream'],
    ['nothing', 'null', 'POST '],
  ])('sends a body of %s', async (_, body, expected) => {
    expect(await network.fetched('/echo', `{ method: 'POST', body: ${body} }`)).toBe(expected)
  })

  test('gives a body as a stream, in pieces, as large as it is', async () => {
    const give = `await (async () => { let [length, pieces] = [0, 0]
      for (const reader = response.body.getReader(); ; pieces++) {
        const { value, done } = await reader.read()
        if (done) return [length, pieces > 10]
        length += value.length
      } })()`
    expect(await network.fetched('/large', '{}', give)).toEqual([3_000_000, true])
    expect(await network.fetched('/large', '{}', '(await response.arrayBuffer()).byteLength')).toBe(3_000_000)
    expect(await network.fetched('/chunked')).toBe('one two three')
    expect(
      await network.fetched(
        '/chunked',
        '{}',
        'await Promise.all([response.clone().text(), response.text()])',
      ),
    ).toEqual([...['one two three', 'one two three']])
  })

  test('refuses a compressed body, unless the program requests it', async () => {
    expect((await network.failing('/zipped'))[1]).toContain('sends the body as gzip, which was refused')
    const init = `{ headers: { 'accept-encoding': 'gzip' } }`
    expect(await network.fetched<number>('/zipped', init, '(await response.bytes())[0]')).toBe(0x1f)
  })

  test('refuses integrity, which it would not check', async () => {
    expect((await network.failing('/hello', `{ integrity: 'sha256-AAAA' }`))[1]).toContain(
      'integrity is not checked',
    )
  })

  test('follows no redirect unless it is told to', async () => {
    const give = '[response.status, response.headers.get("location"), response.redirected]'
    expect(await network.fetched('/moved', '{}', give)).toEqual([302, '/echo', false])
    const followed = '[response.status, response.redirected, response.url, await response.text()]'
    const init = (method: string) =>
      `{ method: '${method}', redirect: 'follow', ${method === 'POST' ? 'body: "b"' : ''} }`
    expect(await network.fetched('/moved', init('GET'), followed)).toEqual([
      200,
      true,
      `${network.url}/echo`,
      'GET ',
    ])
    expect(await network.fetched('/moved', init('POST'), followed)).toEqual([
      200,
      true,
      `${network.url}/echo`,
      'GET ',
    ])
    expect(await network.fetched('/kept', init('POST'), followed)).toEqual([
      200,
      true,
      `${network.url}/echo`,
      'POST b',
    ])
    expect(await network.failing('/round', `{ redirect: 'follow' }`)).toMatchObject({
      ...['TypeError', 'fetch failed: more than 20 redirects'],
    })
    expect(await network.failing('/moved', `{ redirect: 'error' }`)).toMatchObject({ 0: 'TypeError' })
  })

  test('takes what proves an identity to no other origin', async () => {
    const given = { authorization: 'secret', cookie: 'c', 'x-kept': 'k' }
    const arrived = async (to: string) => {
      const init = { redirect: 'follow', headers: { ...given, 'x-to': to } }
      return JSON.parse(await network.fetched<string>('/elsewhere', JSON.stringify(init)))
    }
    expect(await arrived('/headers')).toMatchObject(given)
    const elsewhere = await arrived(`${network.plainUrl}/headers`)
    expect(elsewhere).toMatchObject({ 'x-kept': 'k' })
    expect(elsewhere).not.toHaveProperty('authorization')
    expect(elsewhere).not.toHaveProperty('cookie')
  })

  test('ends with its signal, before and within the response', async () => {
    const aborted = `{ signal: AbortSignal.timeout(100) }`
    expect(await network.failing('/silent', aborted)).toMatchObject({ 0: 'TimeoutError' })
    const within = `const controller = new AbortController()
      const response = await fetch('${network.url}/large', { signal: controller.signal })
      const reader = response.body.getReader()
      await reader.read()
      controller.abort()
      try { for (;;) if ((await reader.read()).done) return 'done' } catch (error) { return error.name }`
    expect(await network.lab.run(within)).toBe('AbortError')
  })

  test.each([
    ['a host that the proxy does not allow', 'https://a.example', 'E_NETWORK_REFUSED'],
    ['a port where nobody listens', 'https://localhost:1', 'E_NETWORK_CONNECT'],
  ])('says why it failed for %s', async (_, base, code) => {
    const [name, message, cause] = (await network.failing('/', '{}', base)) as string[]
    expect([name, cause]).toEqual(['TypeError', code])
    expect(message).toMatch(/^fetch failed: E_NETWORK_.*E_PROXY_/)
  })

  test('says that a body was cut', async () => {
    expect(await network.failing('/cut')).toEqual([
      'TypeError',
      expect.stringMatching(/^the body of the response was cut: E_TLS_TRUNCATED/),
      'E_TLS_TRUNCATED',
    ])
  })

  test('goes without TLS where the URL says so, which the proxy can read', async () => {
    expect(await network.lab.run(`return (await fetch('${network.plainUrl}/hello')).text()`)).toBe('hello')
  })
})
