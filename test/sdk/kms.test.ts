/** The KMS as an enclave uses it, and a parent that stands between the two: every attack with the control that succeeds. */
import * as node from 'node:crypto'
import type { Hono } from 'hono'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createKmsApp, Kms, type KmsListener, serveKms } from '../../src/kms/index.ts'
import type { HttpApp } from '../../src/kms/vsock/http-connection.ts'
import type { VsockSocket } from '../../src/parent/index.ts'
import { Laboratory } from '../support/laboratory.ts'

const CREDENTIALS = { accessKeyId: 'AKID', secretAccessKey: 'secret' }
const ROLE = 'arn:aws:iam::000000000000:role/enclave'
const ALLOWED = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }],
})
const CONTEXT = { tenant: 'a' }

let lab: Laboratory
let kms: Kms
let app: Hono
let keyId: string
let ciphertext: Uint8Array
beforeAll(async () => {
  lab = await Laboratory.open()
  kms = await Kms.open({ attestation: { profile: 'qingtian', roots: lab.parent.rootCertificate } })
  app = createKmsApp(kms, { accessKeys: [{ ...CREDENTIALS, principal: ROLE, policies: [ALLOWED] }] })
  keyId = (await kms.owner.createKey({})).keyMetadata.keyId
  ciphertext = await encrypted('the secret')
})
afterAll(async () => {
  await lab[Symbol.asyncDispose]()
  await kms.close()
})

let serving: KmsListener | undefined
afterEach(async () => {
  await serving?.close()
  serving = undefined
})
const serve = (what: HttpApp = app) => {
  serving = serveKms(lab.parent, what)
}

async function encrypted(text: string, context = CONTEXT): Promise<Uint8Array> {
  const plaintext = new TextEncoder().encode(text)
  return (await kms.owner.encrypt({ keyId, plaintext, encryptionContext: context })).ciphertextBlob
}

const identityOf = (one: Kms) => node.hash('sha256', one.identity())
const bytes = (array: Uint8Array) => `Uint8Array.from([${[...array]}])`

/** Runs `code` in the enclave with `kms`, pinned to ours unless something else is said. */
const attempt = (code: string, options: object = {}) => {
  const all = { identity: identityOf(kms), credentials: CREDENTIALS, ...options }
  return lab.attempt(
    `const kms = sdk.createKms(${JSON.stringify(all)}); const text = (bytes) => new TextDecoder().decode(bytes); ${code}`,
  )
}
const decrypt = (options: object = {}, what = ciphertext) =>
  attempt(
    `return text(await kms.decrypt(${bytes(what)}, { encryptionContext: ${JSON.stringify(CONTEXT)} }))`,
    options,
  )

describe('a KMS that answers', () => {
  test('decrypts, makes data keys and random bytes, and encrypts', async () => {
    serve()
    expect(await decrypt()).toEqual({ value: 'the secret' })
    const { value } = await attempt(`
      const context = { encryptionContext: { tenant: 'a' } }
      const { plaintext, ciphertext } = await kms.generateDataKey('${keyId}', context)
      const again = await kms.decryptDataKey(ciphertext, { ...context, keyId: '${keyId}' })
      const random = await kms.generateRandom(100)
      const sealed = await kms.encrypt('${keyId}', plaintext, context)
      return [plaintext.length, plaintext.join() === again.join(), random.length,
        (await kms.decrypt(sealed, context)).join() === plaintext.join()]`)
    expect(value).toEqual([32, true, 100, true])
  })

  test('is known by its key itself as well as by the key’s digest', async () => {
    serve()
    const code = `return text(await sdk.createKms({ identity: ${bytes(kms.identity())}, credentials: ${JSON.stringify(CREDENTIALS)} })
      .decrypt(${bytes(ciphertext)}, { encryptionContext: { tenant: 'a' } }))`
    expect(await lab.attempt(`const text = (bytes) => new TextDecoder().decode(bytes); ${code}`)).toEqual({
      value: 'the secret',
    })
  })

  test('may want its own nonce in each document', async () => {
    await using strict = await Kms.open({
      attestation: { profile: 'qingtian', roots: lab.parent.rootCertificate, nonce: 'required' },
    })
    serve(createKmsApp(strict, { accessKeys: [{ ...CREDENTIALS, principal: ROLE, policies: [ALLOWED] }] }))
    const random = `return (await kms.generateRandom(16)).length`
    const identity = identityOf(strict)
    expect((await attempt(random, { identity })).error?.message).toContain('nonce')
    expect(
      await attempt(`${random.replace('return', 'const first =')}; ${random}`, { identity, kmsNonce: true }),
    ).toEqual({ value: 16 })
  })

  test('tells why not', async () => {
    serve()
    const refusals = [
      [
        await decrypt({ credentials: { ...CREDENTIALS, secretAccessKey: 'other' } }),
        'InvalidSignatureException',
      ],
      [await decrypt({ credentials: undefined }), 'InvalidSignatureException'],
      [await attempt(`await kms.generateDataKey('nobody')`), 'NotFoundException'],
    ] as const
    for (const [{ error }, type] of refusals) {
      expect(error?.code).toBe('E_KMS_REFUSED')
      expect(error?.message).toContain(type)
    }
  })

  test('keeps a ciphertext to its context', async () => {
    serve()
    const foreign = await encrypted('another tenant’s', { tenant: 'b' } as never)
    expect((await decrypt({}, foreign)).error?.message).toContain('InvalidCiphertextException')
  })
})

describe('in Huawei’s form', () => {
  const huawei = { dialect: 'huawei', projectId: '0123456789abcdef' }

  test('does the same', async () => {
    serve()
    expect(await decrypt(huawei)).toEqual({ value: 'the secret' })
    const { value } = await attempt(
      `const context = { encryptionContext: { tenant: 'a' } }
      const { plaintext, ciphertext } = await kms.generateDataKey('${keyId}', context)
      const again = await kms.decryptDataKey(ciphertext, { ...context, keyId: '${keyId}' })
      const sealed = await kms.encrypt('${keyId}', new TextEncoder().encode('häuslich'), context)
      return [plaintext.length, plaintext.join() === again.join(), (await kms.generateRandom(32)).length,
        text(await kms.decrypt(sealed, context))]`,
      huawei,
    )
    expect(value).toEqual([32, true, 32, 'häuslich'])
  })

  test('tells why not, and encrypts text only', async () => {
    serve()
    const { error } = await decrypt({ ...huawei, credentials: { ...CREDENTIALS, secretAccessKey: 'other' } })
    expect(error?.message).toMatch(/^E_KMS_REFUSED: .*status 401, /)
    const bytes = await attempt(`await kms.encrypt('${keyId}', Uint8Array.of(255))`, huawei)
    expect(bytes.error?.code).toBe('E_KMS_OPTIONS')
  })
})

test.each(['aws', 'huawei'])('temporary access keys have a token, in the form of %s', async (dialect) => {
  const temporary = { ...CREDENTIALS, sessionToken: 'token' }
  serve(createKmsApp(kms, { accessKeys: [{ ...temporary, principal: ROLE, policies: [ALLOWED] }] }))
  expect((await decrypt({ dialect })).error?.code).toBe('E_KMS_REFUSED')
  expect(await decrypt({ dialect, credentials: temporary })).toEqual({ value: 'the secret' })
})

/** A parent that looks at, and may change, what passes between an enclave and the KMS. */
function between(
  change: (answer: Response, question: Request, count: number) => Response | Promise<Response>,
): HttpApp {
  let count = 0
  return {
    async fetch(request, environment) {
      const question = request.clone()
      if (new URL(request.url).pathname === '/webclave/identity') return app.fetch(request, environment)
      return change(await app.fetch(request, environment), question, count++)
    },
  }
}

async function changed(answer: Response, change: (body: Record<string, unknown>) => void): Promise<Response> {
  const body = (await answer.json()) as Record<string, unknown>
  change(body)
  return new Response(JSON.stringify(body), { status: answer.status, headers: answer.headers })
}

describe('a parent', () => {
  test('that answers as a KMS of its own is refused; unpinned, it chooses the secret', async () => {
    await using own = await Kms.open({
      attestation: { profile: 'qingtian', roots: lab.parent.rootCertificate },
    })
    const made = await own.owner.createKey({})
    const plaintext = new TextEncoder().encode('chosen by the parent')
    const { ciphertextBlob } = await own.owner.encrypt({
      keyId: made.keyMetadata.keyId,
      plaintext,
      encryptionContext: CONTEXT,
    })
    serve(createKmsApp(own, { accessKeys: [{ ...CREDENTIALS, principal: ROLE, policies: [ALLOWED] }] }))
    expect((await decrypt({}, ciphertextBlob)).error?.code).toBe('E_KMS_IDENTITY')
    // The key that it gives as the KMS's is held against the pin; so is a signature under the right key's name.
    await serving!.close()
    const theirs = createKmsApp(own, {
      accessKeys: [{ ...CREDENTIALS, principal: ROLE, policies: [ALLOWED] }],
    })
    serve({
      fetch: async (request, environment) => {
        const isIdentity = new URL(request.url).pathname === '/webclave/identity'
        if (isIdentity) return app.fetch(request, environment)
        const answer = await theirs.fetch(request, environment)
        const headers = new Headers(answer.headers)
        const named = headers.get('signature-input')!.replace(identityOf(own), identityOf(kms))
        headers.set('signature-input', named)
        return new Response(answer.body, { status: answer.status, headers })
      },
    })
    expect((await decrypt({}, ciphertextBlob)).error?.code).toBe('E_KMS_IDENTITY')
    expect(await decrypt({ identity: 'unverified' }, ciphertextBlob)).toEqual({
      value: 'chosen by the parent',
    })
  })

  test('that puts in an envelope for another key is refused', async () => {
    const other = await Laboratory.open()
    let envelope: unknown
    const record = serveKms(other.parent, {
      fetch: async (request, environment) => {
        const answer = await trusting.fetch(request, environment)
        envelope = ((await answer.clone().json()) as Record<string, unknown>)['CiphertextForRecipient']
        return answer
      },
    })
    await using theirs = await Kms.open({
      attestation: { profile: 'qingtian', roots: other.parent.rootCertificate },
    })
    const trusting = createKmsApp(theirs, {
      accessKeys: [{ ...CREDENTIALS, principal: ROLE, policies: [ALLOWED] }],
    })
    await other.run(
      `await sdk.createKms({ identity: 'unverified', credentials: ${JSON.stringify(CREDENTIALS)} }).generateRandom(16)`,
    )
    await record.close()
    await other[Symbol.asyncDispose]()
    expect(envelope).toBeTypeOf('string')

    serve(between((answer) => changed(answer, (body) => (body['CiphertextForRecipient'] = envelope))))
    expect((await decrypt()).error?.code).toBe('E_KMS_IDENTITY')
    expect((await decrypt({ identity: 'unverified' })).error?.code).toBe('E_CMS_DECRYPT')
  })

  test('that swaps the ciphertext in the question is refused; unpinned, it gives another secret of the same context', async () => {
    const swapped = Buffer.from(await encrypted('another secret')).toString('base64')
    const swap = (kept: boolean): HttpApp => ({
      async fetch(request, environment) {
        if (new URL(request.url).pathname === '/webclave/identity') return app.fetch(request, environment)
        const body = JSON.stringify({ ...((await request.json()) as object), CiphertextBlob: swapped })
        const headers = new Headers(request.headers)
        // The digest of the new question: kept, the KMS refuses the body; renewed, it answers another question.
        const digest = node.hash('sha256', body, 'base64')
        if (!kept) headers.set('content-digest', `sha-256=:${digest}:`)
        headers.delete('authorization')
        const unsigned = createKmsApp(kms, { unsigned: { principal: ROLE, policies: [ALLOWED] } })
        return unsigned.fetch(new Request(request.url, { method: 'POST', headers, body }), {})
      },
    })
    serve(swap(true))
    expect((await decrypt()).error?.code).toBe('E_KMS_REFUSED')
    await serving!.close()
    serve(swap(false))
    expect((await decrypt()).error?.code).toBe('E_KMS_IDENTITY')
    expect(await decrypt({ identity: 'unverified' })).toEqual({ value: 'another secret' })
  })

  test('that replays an answer is refused; unpinned, the old secret comes again', async () => {
    let first: Promise<ArrayBuffer> | undefined
    let head: ResponseInit = {}
    serve(
      between(async (answer) => {
        if (first === undefined) {
          head = { status: answer.status, headers: new Headers(answer.headers) }
          first = answer.clone().arrayBuffer()
        }
        return new Response(await first, head)
      }),
    )
    const twice = `const other = ${bytes(await encrypted('new secret'))}
      const first = text(await kms.decrypt(${bytes(ciphertext)}, { encryptionContext: { tenant: 'a' } }))
      return [first, text(await kms.decrypt(other, { encryptionContext: { tenant: 'a' } }))]`
    expect((await attempt(twice)).error?.code).toBe('E_KMS_IDENTITY')
    first = undefined
    expect((await attempt(twice, { identity: 'unverified' })).value).toEqual(['the secret', 'the secret'])
    // Not even the same question gets it twice: its document is another.
    first = undefined
    const same = `const ask = () => kms.decrypt(${bytes(ciphertext)}, { encryptionContext: { tenant: 'a' } }); await ask(); await ask()`
    expect((await attempt(same)).error?.code).toBe('E_KMS_IDENTITY')
  })

  test.each<[string, (answer: Response) => Response | Promise<Response>]>([
    [
      'another status',
      async (answer) => new Response(await answer.text(), { status: 403, headers: answer.headers }),
    ],
    ['another body', (answer) => changed(answer, (body) => (body['KeyId'] = 'another'))],
    [
      'no signature',
      async (answer) => {
        const headers = new Headers(answer.headers)
        headers.delete('signature')
        return new Response(await answer.text(), { headers })
      },
    ],
    [
      'a signature over less',
      async (answer) => {
        const headers = new Headers(answer.headers)
        const parameters = headers.get('signature-input')!.replace(' "content-digest";req', '')
        headers.set('signature-input', parameters)
        return new Response(await answer.text(), { headers })
      },
    ],
    [
      'one bit of the signature changed',
      async (answer) => {
        const headers = new Headers(answer.headers)
        const bytes = Buffer.from(/^kms=:(.*):$/.exec(headers.get('signature')!)![1]!, 'base64')
        bytes[40]! ^= 1
        headers.set('signature', `kms=:${bytes.toString('base64')}:`)
        return new Response(await answer.text(), { headers })
      },
    ],
  ])('that gives %s is refused', async (_, change) => {
    serve(between(change))
    expect((await decrypt()).error?.code).toBe('E_KMS_IDENTITY')
  })

  test.each<[string, string, (socket: VsockSocket) => unknown]>([
    ['nothing', 'E_KMS_CONNECTION', () => new Promise(() => {})],
    ['an end', 'E_KMS_CONNECTION', (socket) => socket.close()],
    ['a reset', 'E_KMS_CONNECTION', (socket) => socket.reset()],
    [
      'half an answer',
      'E_KMS_CONNECTION',
      (socket) => say(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}'),
    ],
    ['no HTTP', 'E_KMS_ANSWER', (socket) => say(socket, 'hello\r\n\r\n')],
    [
      'a head without end',
      'E_KMS_ANSWER',
      (socket) => say(socket, `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(40_000)}`),
    ],
    ['no length', 'E_KMS_ANSWER', (socket) => say(socket, 'HTTP/1.1 200 OK\r\n\r\n{}')],
    [
      'two lengths',
      'E_KMS_ANSWER',
      (socket) => say(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'),
    ],
    [
      'pieces',
      'E_KMS_ANSWER',
      (socket) => say(socket, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
    ],
    [
      'more than can be',
      'E_KMS_ANSWER',
      (socket) => say(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n'),
    ],
    ['no JSON', 'E_KMS_ANSWER', (socket) => say(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{{')],
    [
      'no envelope',
      'E_KMS_ANSWER',
      (socket) => say(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'),
    ],
    [
      'an envelope that is none',
      'E_KMS_ANSWER',
      (socket) =>
        say(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 33\r\n\r\n{"CiphertextForRecipient":"####"} '),
    ],
  ])('that answers with %s gets %s', async (_, code, answer) => {
    using _listener = lab.parent.listen(8000, async (socket) => {
      await socket.readable.getReader().read()
      await answer(socket)
    })
    // Some never answer; an answer may take its time.
    const patience = code === 'E_KMS_CONNECTION' ? { timeout: 1000 } : {}
    expect((await decrypt({ identity: 'unverified', ...patience })).error?.code).toBe(code)
  })

  test('that does not listen is told apart', async () => {
    expect((await decrypt()).error?.message).toContain('no KMS answers at port 8000')
  })
})

async function say(socket: VsockSocket, text: string): Promise<void> {
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode(text))
  await writer.close()
}

describe('options', () => {
  test.each([[{ identity: 'ab' }], [{ identity: 'g'.repeat(64) }], [{ identity: '' }], [{}]])(
    '%o are refused',
    async (options) => {
      const { error } = await lab.attempt(`return sdk.createKms(${JSON.stringify(options)}) && 1`)
      expect(error?.code).toBe('E_KMS_OPTIONS')
    },
  )
})
