/** A hostile parent between an enclave and its KMS: each attack fails, and a positive control succeeds. */
import * as node from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { signAnswer } from '../../src/kms/http/message-signature.ts'
import { createKmsApp, serveKms } from '../../src/kms/index.ts'
import type { HttpApp } from '../../src/kms/vsock/http-connection.ts'
import type { VsockSocket } from '../../src/parent/index.ts'
import { Laboratory } from '../support/laboratory.ts'
import { between, changed, sendText } from './between.ts'
import { appOf, bytes, CALLER, CREDENTIALS, encrypt, identityOf, KmsLab, kmsFor } from './kms-lab.ts'

let lab: KmsLab
beforeAll(async () => {
  lab = await KmsLab.open()
})
afterEach(() => lab.endService())
afterAll(() => lab[Symbol.asyncDispose]())

describe('a parent', () => {
  test('that answers with its own KMS is rejected; without pinning, it can choose the secret', async () => {
    await using own = await kmsFor(lab.guest.parent)
    const { keyId } = (await own.owner.createKey({})).keyMetadata
    const ciphertext = await encrypt(own, keyId, 'chosen by the parent')
    await lab.serve(appOf(own))
    expect((await lab.decrypt({}, ciphertext)).error?.code).toBe('E_KMS_IDENTITY')
    // The same if it returns the real KMS's key, and signs with its own under the ID of that key.
    const parentApp = appOf(own)
    await lab.serve({
      fetch: async (request, environment) => {
        const isIdentity = new URL(request.url).pathname === '/webclave/identity'
        if (isIdentity) return lab.app.fetch(request, environment)
        const answer = await parentApp.fetch(request, environment)
        const headers = new Headers(answer.headers)
        const named = headers.get('signature-input')!.replace(identityOf(own), identityOf(lab.kms))
        headers.set('signature-input', named)
        return new Response(answer.body, { status: answer.status, headers })
      },
    })
    expect((await lab.decrypt({}, ciphertext)).error?.code).toBe('E_KMS_IDENTITY')
    expect(await lab.decrypt({ identity: 'unverified' }, ciphertext)).toEqual({
      value: 'chosen by the parent',
    })
  })

  test('that signs with its own key under the pinned key ID is rejected', async () => {
    await using own = await kmsFor(lab.guest.parent)
    const { keyId } = (await own.owner.createKey({})).keyMetadata
    const ciphertext = await encrypt(own, keyId, 'chosen by the parent')
    const algorithm = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }
    const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
    const sign = async (message: Uint8Array<ArrayBuffer>) =>
      new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, message))
    const parentApp = appOf(own)
    const signingAs = (name: string): HttpApp => ({
      fetch: async (request, environment) => {
        const path = new URL(request.url).pathname
        if (path === '/webclave/identity')
          return Response.json({ spki: Buffer.from(spki).toString('base64') })
        const question = { method: 'POST', path, contentDigest: request.headers.get('content-digest')! }
        const answer = await parentApp.fetch(request, environment)
        const body = new Uint8Array(await answer.arrayBuffer())
        const identity = { spki, keyId: name, sign }
        const headers = await signAnswer(identity, question, { status: answer.status, body }, Date.now())
        return new Response(body, { status: answer.status, headers })
      },
    })
    await lab.serve(signingAs(identityOf(lab.kms)))
    expect((await lab.decrypt({}, ciphertext)).error?.code).toBe('E_KMS_IDENTITY')
    // Positive control: a client that pins the parent's key accepts it.
    const digest = node.hash('sha256', spki)
    await lab.serve(signingAs(digest))
    expect(await lab.decrypt({ identity: digest }, ciphertext)).toEqual({ value: 'chosen by the parent' })
  })

  test('that replaces the envelope by one for another key is rejected', async () => {
    const other = await Laboratory.open()
    let envelope: unknown
    const record = serveKms(other.parent, {
      fetch: async (request, environment) => {
        const answer = await otherApp.fetch(request, environment)
        envelope = ((await answer.clone().json()) as Record<string, unknown>)['CiphertextForRecipient']
        return answer
      },
    })
    await using otherKms = await kmsFor(other.parent)
    const otherApp = appOf(otherKms)
    await other.run(
      `await sdk.createKmsClient({ identity: 'unverified', credentials: ${JSON.stringify(CREDENTIALS)} }).generateRandom(16)`,
    )
    await record.close()
    await other[Symbol.asyncDispose]()
    expect(envelope).toBeTypeOf('string')

    await lab.serve(
      between(lab, (answer) => changed(answer, (body) => (body['CiphertextForRecipient'] = envelope))),
    )
    expect((await lab.decrypt()).error?.code).toBe('E_KMS_IDENTITY')
    expect((await lab.decrypt({ identity: 'unverified' })).error?.code).toBe('E_CMS_DECRYPT')
  })

  test('that swaps the ciphertext in the request is rejected; without pinning, it returns another secret of the same context', async () => {
    const swapped = Buffer.from(await lab.encrypted('another secret')).toString('base64')
    const swap = (keepsDigest: boolean): HttpApp => ({
      async fetch(request, environment) {
        if (new URL(request.url).pathname === '/webclave/identity') return lab.app.fetch(request, environment)
        const body = JSON.stringify({ ...((await request.json()) as object), CiphertextBlob: swapped })
        const headers = new Headers(request.headers)
        // With the old digest, the KMS rejects the body. With a new one, its signed answer is for another request.
        const digest = node.hash('sha256', body, 'base64')
        if (!keepsDigest) headers.set('content-digest', `sha-256=:${digest}:`)
        headers.delete('authorization')
        const unsigned = createKmsApp(lab.kms, { unsigned: CALLER, hosts: ['kms'] })
        return unsigned.fetch(new Request(request.url, { method: 'POST', headers, body }), {})
      },
    })
    await lab.serve(swap(true))
    expect((await lab.decrypt()).error?.code).toBe('E_KMS_REFUSED')
    await lab.serve(swap(false))
    expect((await lab.decrypt()).error?.code).toBe('E_KMS_IDENTITY')
    expect(await lab.decrypt({ identity: 'unverified' })).toEqual({ value: 'another secret' })
  })

  test('that replays an answer is rejected; without pinning, it returns the old secret', async () => {
    let first: Promise<ArrayBuffer> | undefined
    let head: ResponseInit = {}
    await lab.serve(
      between(lab, async (answer) => {
        if (first === undefined) {
          head = { status: answer.status, headers: new Headers(answer.headers) }
          first = answer.clone().arrayBuffer()
        }
        return new Response(await first, head)
      }),
    )
    const twice = `const other = ${bytes(await lab.encrypted('new secret'))}
      const first = text(await kms.decrypt(${bytes(lab.ciphertext)}, { encryptionContext: { tenant: 'a' } }))
      return [first, text(await kms.decrypt(other, { encryptionContext: { tenant: 'a' } }))]`
    expect((await lab.attempt(twice)).error?.code).toBe('E_KMS_IDENTITY')
    first = undefined
    expect((await lab.attempt(twice, { identity: 'unverified' })).value).toEqual(['the secret', 'the secret'])
    // Even a repeated call rejects the replayed answer, because its attestation document is new.
    first = undefined
    const same = `const ask = () => kms.decrypt(${bytes(lab.ciphertext)}, { encryptionContext: { tenant: 'a' } }); await ask(); await ask()`
    expect((await lab.attempt(same)).error?.code).toBe('E_KMS_IDENTITY')
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
      'a signature over fewer fields',
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
  ])('that answers with %s is rejected', async (_, change) => {
    await lab.serve(between(lab, change))
    expect((await lab.decrypt()).error?.code).toBe('E_KMS_IDENTITY')
  })

  test.each<[string, string, (socket: VsockSocket) => unknown]>([
    ['nothing at all', 'E_KMS_CONNECTION', () => new Promise(() => {})],
    ['a closed connection', 'E_KMS_CONNECTION', (socket) => socket.close()],
    ['a reset', 'E_KMS_CONNECTION', (socket) => socket.reset()],
    [
      'a truncated answer',
      'E_KMS_CONNECTION',
      (socket) => sendText(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}'),
    ],
    ['bytes that are not HTTP', 'E_KMS_ANSWER', (socket) => sendText(socket, 'hello\r\n\r\n')],
    [
      'a head that is too long',
      'E_KMS_ANSWER',
      (socket) => sendText(socket, `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(40_000)}`),
    ],
    [
      'a header that is not ASCII',
      'E_KMS_ANSWER',
      (socket) => sendText(socket, 'HTTP/1.1 200 OK\r\nx: ä\r\ncontent-length: 2\r\n\r\n{}'),
    ],
    [
      'a control character after many spaces',
      'E_KMS_ANSWER',
      (socket) =>
        sendText(socket, `HTTP/1.1 200 OK\r\nx:${' '.repeat(16_000)}\x01\r\ncontent-length: 2\r\n\r\n{}`),
    ],
    [
      '65 headers',
      'E_KMS_ANSWER',
      (socket) => sendText(socket, `HTTP/1.1 200 OK\r\n${'x: 1\r\n'.repeat(64)}content-length: 2\r\n\r\n{}`),
    ],
    [
      'a hexadecimal length',
      'E_KMS_ANSWER',
      (socket) => sendText(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 0x2\r\n\r\n{}'),
    ],
    [
      'two digests',
      'E_KMS_ANSWER',
      (socket) =>
        sendText(
          socket,
          'HTTP/1.1 200 OK\r\ncontent-digest: a\r\ncontent-digest: a\r\ncontent-length: 2\r\n\r\n{}',
        ),
    ],
    [
      'a truncated head',
      'E_KMS_CONNECTION',
      (socket) => sendText(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n'),
    ],
    ['a missing length', 'E_KMS_ANSWER', (socket) => sendText(socket, 'HTTP/1.1 200 OK\r\n\r\n{}')],
    [
      'two lengths',
      'E_KMS_ANSWER',
      (socket) => sendText(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'),
    ],
    [
      'a chunked body',
      'E_KMS_ANSWER',
      (socket) => sendText(socket, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
    ],
    [
      'a length over the limit',
      'E_KMS_ANSWER',
      (socket) => sendText(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n'),
    ],
    [
      'invalid JSON',
      'E_KMS_ANSWER',
      (socket) => sendText(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{{'),
    ],
    [
      'a missing envelope',
      'E_KMS_ANSWER',
      (socket) => sendText(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'),
    ],
    [
      'an invalid envelope',
      'E_KMS_ANSWER',
      (socket) =>
        sendText(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 33\r\n\r\n{"CiphertextForRecipient":"####"} '),
    ],
  ])('that answers with %s causes %s', async (_, code, answer) => {
    using _listener = lab.guest.parent.listen(8000, async (socket) => {
      await socket.readable.getReader().read()
      await answer(socket)
    })
    // A short timeout only for the cases without a complete answer.
    const limit = code === 'E_KMS_CONNECTION' ? { timeout: 1000 } : {}
    expect((await lab.decrypt({ identity: 'unverified', ...limit })).error?.code).toBe(code)
  })

  test('that does not listen causes an error with the port', async () => {
    expect((await lab.decrypt()).error?.message).toContain('cannot connect to a KMS on port 8000')
  })
})
