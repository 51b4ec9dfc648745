/** Options of a client, and a package that is missing. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type AttestedClientOptions, createAttestedClient } from '../../src/channel/index.ts'
import { localEnclave } from '../sdk/channel/enclave.ts'

afterEach(() => vi.doUnmock('../../src/channel/hpke-core.ts'))

const withOptions = (change: object) => {
  const { options } = localEnclave(() => new Response('hello'))
  return createAttestedClient({ ...options, ...change } as AttestedClientOptions)
}

describe('a client refuses', () => {
  test.each<[string, object]>([
    ['a path in place of a URL', { url: '/path' }],
    ['a URL of another scheme', { url: 'ftp://enclave.example' }],
    ['no PCRs', { pcrs: undefined }],
    ['an empty list of PCRs', { pcrs: [] }],
    ['a fetch that is a text', { fetch: 'fetch' }],
    ['another mechanism', { kem: 'p256' }],
    ['a mechanism of the prototype', { kem: 'constructor' }],
    ['an age of 0', { keyAge: 0 }],
    ['a flag that is a text', { allowDebug: 'yes' }],
    ['a misspelt option', { pcr: {} }],
  ])('%s', async (_, change) => {
    await expect(withOptions(change)).rejects.toMatchObject({ code: 'E_CHANNEL_OPTION' })
  })

  test.each<[string, object, string]>([
    ['PCRs of another length', { pcrs: { PCR0: 'ab' } }, 'E_POLICY_PCR'],
    ['a set without a PCR', { pcrs: {} }, 'E_POLICY_FORMAT'],
    ['no root', { roots: [] }, 'E_VERIFY_ROOTS'],
    ['the other cloud’s profile', { profile: 'nitro' }, 'E_CHANNEL_ATTESTATION'],
    ['a profile of no cloud', { profile: 'sgx' }, 'E_DOCUMENT_PROFILE'],
  ])('%s', async (_, change, code) => {
    await expect(withOptions(change)).rejects.toMatchObject({ code })
  })

  test('nothing of these (the control)', async () => {
    expect(await (await (await withOptions({ keyAge: 5, kem: 'x25519' })).fetch('/')).text()).toBe('hello')
  })
})

test('a client without HPKE says which package to install', async () => {
  vi.doMock('../../src/channel/hpke-core.ts', () => {
    throw new Error("Cannot find package '@hpke/core'")
  })
  const refused = withOptions({})
  await expect(refused).rejects.toMatchObject({
    code: 'E_CHANNEL_PACKAGE',
    hint: 'npm install @hpke/core@1.9.0',
  })
})

test('a client without X-Wing’s package says so only if it is required', async () => {
  vi.doMock('../../src/channel/hpke-x-wing.ts', () => {
    throw new Error("Cannot find package '@hpke/hybridkem-x-wing'")
  })
  await expect(withOptions({ kem: 'x-wing' })).rejects.toMatchObject({
    code: 'E_CHANNEL_PACKAGE',
    hint: 'npm install @hpke/hybridkem-x-wing@0.7.0',
  })
  expect(await (await (await withOptions({})).fetch('/')).text()).toBe('hello')
  vi.doUnmock('../../src/channel/hpke-x-wing.ts')
})

describe('a key', () => {
  test('is proved again when its age is over, once for all requests', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { options, fetch } = localEnclave(() => new Response('hello'))
    let documents = 0
    const counting = (input: string, init: RequestInit) => {
      if (input.includes('attestation')) documents++
      return fetch(input, init)
    }
    const client = await createAttestedClient({ ...options, fetch: counting, keyAge: 60_000 })
    await Promise.all([client.fetch('/'), client.fetch('/')])
    expect(documents).toBe(1)
    vi.setSystemTime(Date.now() + 60_000)
    await Promise.all([client.fetch('/'), client.fetch('/'), client.fetch('/')])
    expect(documents).toBe(2)
    vi.useRealTimers()
  })

  test('is proved again at the latest when its certificate ends', async () => {
    const { options } = localEnclave(() => new Response('hello'))
    const client = await createAttestedClient({ ...options, keyAge: 1e12 })
    const { certificate } = client.attestation
    const { readCertificate } = await import('../../src/encoding/x509/certificate.ts')
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(readCertificate(certificate).notAfter + 1000)
    // The clock of the test enclave is the real one, so that its new document is too old then.
    await expect(client.fetch('/')).rejects.toMatchObject({ code: 'E_CHANNEL_ATTESTATION' })
    vi.useRealTimers()
  })
})

describe('fetch', () => {
  test('follows redirects within the enclave, and no others', async () => {
    const { options } = localEnclave((request) => {
      const { pathname } = new URL(request.url)
      const to = (location: string, status: number) => new Response(null, { status, headers: { location } })
      if (pathname === '/a') return to('/b', 302)
      if (pathname === '/loop') return to('/loop', 307)
      if (pathname === '/away') return to('https://other.example/', 302)
      return new Response(`${request.method} ${pathname}`)
    })
    const client = await createAttestedClient(options)
    const answer = await client.fetch('/a', { method: 'POST', body: 'a' })
    expect([await answer.text(), answer.redirected, new URL(answer.url).pathname]).toEqual([
      'GET /b',
      true,
      '/b',
    ])
    expect((await client.fetch('/a', { redirect: 'manual' })).status).toBe(302)
    await expect(client.fetch('/a', { redirect: 'error' })).rejects.toThrow(TypeError)
    await expect(client.fetch('/loop')).rejects.toThrow('too many redirects')
    await expect(client.fetch('/away')).rejects.toMatchObject({ code: 'E_CHANNEL_OPTION' })
  })

  test('has the types of bodies that the platform has, and answers without a body', async () => {
    const { options } = localEnclave(async (request) => {
      if (request.method === 'DELETE') return new Response(null, { status: 204 })
      return new Response(
        `${request.headers.get('content-type')?.split(';')[0]} ${(await request.arrayBuffer()).byteLength}`,
      )
    })
    const client = await createAttestedClient(options)
    const form = new FormData()
    form.set('a', 'b')
    const bodies: [BodyInit, RegExp][] = [
      ['text', /^text\/plain 4$/],
      [new URLSearchParams({ a: 'b' }), /^application\/x-www-form-urlencoded 3$/],
      [form, /^multipart\/form-data \d+$/],
      [new Blob(['abc'], { type: 'image/png' }), /^image\/png 3$/],
      [new Uint8Array(5).buffer, /^undefined 5$/],
      [new DataView(new ArrayBuffer(8), 2, 3), /^undefined 3$/],
    ]
    for (const [body, expected] of bodies)
      expect(await (await client.fetch('/', { method: 'POST', body })).text()).toMatch(expected)
    const answer = await client.fetch(new Request('https://enclave.example/x', { method: 'DELETE' }))
    expect([answer.status, answer.body]).toEqual([204, null])
    await expect(client.fetch('/', { method: 'GET', body: 'a' })).rejects.toThrow(TypeError)
  })

  test('ends with its signal', async () => {
    const { options } = localEnclave(() => new Promise(() => {}))
    const slow = (input: string, init: RequestInit) =>
      input.includes('attestation')
        ? options.fetch(input, init)
        : new Promise<Response>((_, reject) => {
            init.signal?.addEventListener('abort', () => reject(init.signal?.reason))
          })
    const client = await createAttestedClient({ ...options, fetch: slow })
    const controller = new AbortController()
    const pending = client.fetch('/', { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(pending).rejects.toThrow('enough')
  })
})
