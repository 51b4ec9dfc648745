/** What callers seal who break the protocol, and what they ask for outside of it. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import {
  contentPart,
  END,
  type RequestHead,
  wholeMessage,
  writeRequestHead,
} from '../../../src/channel/wire/bhttp/write.ts'
import { ATTESTATION_PATH, CALLS_PATH, GATEWAY_PATH } from '../../../src/channel/wire/names.ts'
import { opened, post, seal } from './caller.ts'
import { localEnclave, URL_OF_ENCLAVE } from './enclave.ts'

afterEach(() => vi.restoreAllMocks())

const HEAD: RequestHead = { method: 'POST', scheme: 'https', authority: 'a.example', path: '/x', fields: [] }
const text = (value: string) => new TextEncoder().encode(value)
const NONE = new Uint8Array()
const whole = (head: Partial<RequestHead> = {}, content: Uint8Array = text('content')) =>
  wholeMessage(writeRequestHead({ ...HEAD, ...head }), content)

/** An enclave that counts what it executes. */
function enclave() {
  const executed = vi.fn(async (request: Request) => new Response(`${request.url} ${await request.text()}`))
  return { executed, ...localEnclave(executed, { calls: { add: ({ a }: { a: number }) => a } }) }
}

describe('an enclave takes (the control)', () => {
  test.each<[string, () => Uint8Array[]]>([
    ['a whole message', () => [whole()]],
    ['one in chunks of a byte', () => [...whole()].map((byte) => Uint8Array.of(byte))],
    ['one with an empty last chunk', () => [whole(), NONE]],
    [
      'one in parts',
      () => [writeRequestHead(HEAD), contentPart(text('con')), contentPart(text('tent')), END],
    ],
    ['one with padding', () => [concatBytes(whole(), new Uint8Array(1000))]],
    [
      'one of known length',
      () => [fromHex(`0004504f535405687474707309612e6578616d706c65022f780007${'636f6e74656e74'}00`)],
    ],
    [
      'one of known length without trailers',
      () => [fromHex('0004504f535405687474707309612e6578616d706c65022f780007636f6e74656e74')],
    ],
    [
      'one whose trailers are dropped',
      () => [concatBytes(writeRequestHead(HEAD), contentPart(text('content')), fromHex('00016101620000'))],
    ],
  ])('%s', async (_, texts) => {
    const { fetch, executed } = enclave()
    const request = await seal(fetch, ...texts())
    const answer = await opened(request, await post(fetch, request.body))
    expect([answer.status, answer.text]).toEqual([200, 'https://a.example/x content'])
    expect(executed).toHaveBeenCalledTimes(1)
  })

  test('a request that ends with its head', async () => {
    const { fetch } = enclave()
    const request = await seal(fetch, fromHex('0203474554056874747073000161').slice(0, 12), fromHex('012f'))
    expect((await opened(request, await post(fetch, request.body))).text).toBe('https://localhost/ ')
  })
})

describe('an enclave refuses', () => {
  const megabyte = 'x'.repeat(1 << 20)
  test.each<[string, Uint8Array[]]>([
    ['nothing', [NONE]],
    ['an answer', [fromHex('0340c80000')]],
    ['an unknown framing', [fromHex('07')]],
    ['a method with a blank', [whole({ method: 'PO ST' })]],
    ['a method that no request may have', [whole({ method: 'TRACE' })]],
    ['another scheme', [whole({ scheme: 'file' })]],
    ['a host with a path', [whole({ authority: 'a.example/b' })]],
    ['a host with a user', [whole({ authority: 'me@a.example' })]],
    ['a path without a slash', [whole({ path: 'x' })]],
    ['a path with a line', [whole({ path: '/x\r\n' })]],
    ['a field in upper case', [whole({ fields: [['X-Own', 'a']] })]],
    ['a field that begins with a colon', [whole({ fields: [[':path', 'a']] })]],
    ['a field of a connection', [whole({ fields: [['transfer-encoding', 'chunked']] })]],
    ['a value with a line', [whole({ fields: [['x-own', 'a\r\nb: c']] })]],
    ['a value with a blank before it', [whole({ fields: [['x-own', ' a']] })]],
    ['too many fields', [whole({ fields: Array.from({ length: 300 }, () => ['a', 'b'] as const) })]],
    ['a head of a megabyte', [...parts(whole({ fields: [['x-own', megabyte]] }))]],
    ['a path of a megabyte', [...parts(whole({ path: `/${megabyte}` }))]],
    ['a text of 2^62 bytes', [fromHex('02ffffffffffffffff')]],
    ['content of 2^62 bytes', [concatBytes(writeRequestHead(HEAD), fromHex('ffffffffffffffff'))]],
    ['content that is cut', [writeRequestHead(HEAD), fromHex('0aaabb')]],
    ['a field that is cut', [writeRequestHead(HEAD).slice(0, -2), fromHex('0561')]],
    ['something after the message', [concatBytes(whole(), Uint8Array.of(1))]],
    ['a GET with content', [whole({ method: 'GET' })]],
    ['an empty chunk before the last', [writeRequestHead(HEAD), NONE, END]],
  ])('%s', async (_, texts) => {
    const { fetch, executed } = enclave()
    const { body } = await seal(fetch, ...texts)
    expect((await post(fetch, body)).status).toBe(400)
    for (const { value } of executed.mock.results)
      await expect(value).rejects.toMatchObject({ code: 'E_CHANNEL_MESSAGE' })
  })

  function* parts(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 60_000) yield bytes.subarray(at, at + 60_000)
  }

  test.each<[string, Uint8Array]>([
    ['no frame', NONE],
    ['a frame that is cut', fromHex('000000ff00')],
    ['a frame that is not a call', fromHex('0000000382030100')],
    ['two calls', fromHex(`${'000000098400016361646401'}`.repeat(2))],
    ['a frame of 4 GiB', fromHex('ffffffff00')],
  ])('the call of a function with %s', async (_, content) => {
    const { fetch } = enclave()
    vi.spyOn(console, 'error').mockReturnValue(undefined)
    const { body } = await seal(fetch, whole({ path: CALLS_PATH }, content))
    expect((await post(fetch, body)).status).toBe(400)
  })

  test('a GET of the calls', async () => {
    const { fetch } = enclave()
    const request = await seal(fetch, whole({ path: CALLS_PATH, method: 'GET' }, NONE))
    expect((await opened(request, await post(fetch, request.body))).status).toBe(405)
  })

  test.each([
    ['another media type', 'POST', GATEWAY_PATH, 415],
    ['another method', 'DELETE', GATEWAY_PATH, 405],
    ['a document without a nonce', 'GET', ATTESTATION_PATH, 400],
    ['a document with a short nonce', 'GET', `${ATTESTATION_PATH}?nonce=${'ab'.repeat(15)}`, 400],
    ['a document with a long nonce', 'GET', `${ATTESTATION_PATH}?nonce=${'ab'.repeat(65)}`, 400],
    [
      'a document with a nonce that is not hexadecimal',
      'GET',
      `${ATTESTATION_PATH}?nonce=${'xy'.repeat(32)}`,
      400,
    ],
    ['a document by POST', 'POST', ATTESTATION_PATH, 405],
    ['a request in clear', 'POST', '/x', 403],
  ])('%s', async (_, method, path, status) => {
    const { fetch, executed } = enclave()
    const body = method === 'POST' ? { body: 'a' } : {}
    expect((await fetch(`${URL_OF_ENCLAVE}${path}`, { method, ...body })).status).toBe(status)
    expect(executed).not.toHaveBeenCalled()
  })
})

describe('what an enclave says of a refusal', () => {
  test('is the same for all that is malformed, and nothing of its errors', async () => {
    const { fetch } = enclave()
    const texts = await Promise.all(
      [fromHex('07'), whole({ path: 'x' }), whole({ fields: [[':path', 'a']] })].map(async (message) => {
        const { body } = await seal(fetch, message)
        return (await post(fetch, body)).text()
      }),
    )
    expect(new Set(texts).size).toBe(1)
  })

  test('a handler that throws is answered with 500, inside of the channel', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined)
    const { fetch } = localEnclave(() => {
      throw new Error('a secret')
    })
    const request = await seal(fetch, whole())
    expect(await opened(request, await post(fetch, request.body))).toMatchObject({ status: 500, text: '' })
  })
})

describe('pages of other origins', () => {
  const ask = async (cors: string | string[] | undefined, origin: string) => {
    const { fetch } = localEnclave(() => new Response(), { ...(cors && { cors }) })
    const answer = await fetch(`${URL_OF_ENCLAVE}${GATEWAY_PATH}`, { method: 'OPTIONS', headers: { origin } })
    return answer.headers.get('access-control-allow-origin')
  }
  test('may call only if the enclave names them', async () => {
    expect(await ask(undefined, 'https://a.example')).toBeNull()
    expect(await ask(['https://b.example'], 'https://a.example')).toBeNull()
    expect(await ask(['https://a.example'], 'https://a.example')).toBe('https://a.example')
    expect(await ask('*', 'https://a.example')).toBe('https://a.example')
  })

  test.each([[{ origin: '*' }], [true], [['https://a.example', 1]]])('are not given as %j', (cors) => {
    const wrong = () => localEnclave(() => new Response(), { cors: cors as unknown as string })
    expect(wrong).toThrow(/cors: expected (?:an origin or an array of origins|a string)/)
  })
})
