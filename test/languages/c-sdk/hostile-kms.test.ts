/** A hostile parent between the C client and the KMS: each attack fails, and a positive control succeeds. */
import * as node from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { signAnswer } from '../../../src/kms/http/message-signature.ts'
import { createKmsApp } from '../../../src/kms/index.ts'
import { readRecipient, sealFor } from '../../../src/kms/recipient/envelope.ts'
import type { HttpApp } from '../../../src/kms/vsock/http-connection.ts'
import { changed } from '../../sdk/between.ts'
import { CALLER, identityOf } from '../../sdk/kms-lab.ts'
import { base64, CLab, hex, path } from './lab.ts'
import { listen } from './native.ts'

let lab: CLab
let ciphertext: Uint8Array
beforeAll(async () => {
  if (!path) return
  lab = await CLab.open()
  ciphertext = await lab.encrypted('the secret')
})
afterEach(async () => {
  if (path) await lab.serve(lab.app)
})
afterAll(() => lab?.[Symbol.asyncDispose]())

/** Replaces each answer of the KMS but that with its key. */
const between = (change: (answer: Response, request: Request) => Response | Promise<Response>): HttpApp => ({
  async fetch(request, environment) {
    const original = request.clone()
    if (new URL(request.url).pathname === '/webclave/identity') return lab.app.fetch(request, environment)
    return change(await lab.app.fetch(request, environment), original)
  },
})

const withHeaders = async (answer: Response, change: (headers: Headers) => void, status = answer.status) => {
  const headers = new Headers(answer.headers)
  change(headers)
  return new Response(await answer.text(), { status, headers })
}

const notTheKms = expect.objectContaining({ status: 'KMS_CURL_ERROR', code: 'E_KMS_IDENTITY' })
const unverified = { identity: 'unverified' }

describe.skipIf(!path)('a parent that answers with', () => {
  test.each<[string, (answer: Response) => Response | Promise<Response>]>([
    ['another status', (answer) => withHeaders(answer, () => {}, 403)],
    ['another body', (answer) => changed(answer, (body) => (body['KeyId'] = 'another'))],
    ['no signature', (answer) => withHeaders(answer, (headers) => headers.delete('signature'))],
    ['no parameters', (answer) => withHeaders(answer, (headers) => headers.delete('signature-input'))],
    ['no digest', (answer) => withHeaders(answer, (headers) => headers.delete('content-digest'))],
    [
      'a signature over fewer fields',
      (answer) =>
        withHeaders(answer, (headers) =>
          headers.set(
            'signature-input',
            headers.get('signature-input')!.replace(' "content-digest";req', ''),
          ),
        ),
    ],
    [
      'another time of signing',
      (answer) =>
        withHeaders(answer, (headers) =>
          headers.set('signature-input', headers.get('signature-input')!.replace('created=', 'created=1')),
        ),
    ],
    [
      'more parameters',
      (answer) =>
        withHeaders(answer, (headers) =>
          headers.set('signature-input', `${headers.get('signature-input')};a=1`),
        ),
    ],
    [
      'one bit of the signature changed',
      (answer) =>
        withHeaders(answer, (headers) => {
          const bytes = Buffer.from(/^kms=:(.*):$/.exec(headers.get('signature')!)![1]!, 'base64')
          bytes[40]! ^= 1
          headers.set('signature', `kms=:${bytes.toString('base64')}:`)
        }),
    ],
    [
      'a signature of zeros',
      (answer) => withHeaders(answer, (headers) => headers.set('signature', `kms=:${'A'.repeat(128)}:`)),
    ],
    [
      'a short signature',
      (answer) => withHeaders(answer, (headers) => headers.set('signature', 'kms=:AAAA:')),
    ],
  ])('%s is refused', async (_, change) => {
    await lab.serve(between(change))
    expect(await lab.decrypt(ciphertext)).toEqual(notTheKms)
  })

  test('what the KMS said is accepted, if only other headers change', async () => {
    await lab.serve(between((answer) => withHeaders(answer, (headers) => headers.set('x-other', 'ok'))))
    expect(`${(await lab.decrypt(ciphertext)).plaintext}`).toBe('the secret')
  })

  test('a signature by its own key, under the ID of the pinned one, is refused', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }
    const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
    const sign = async (message: Uint8Array<ArrayBuffer>) =>
      new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, message))
    const signingAs = (keyId: string, shown: Uint8Array): HttpApp => ({
      fetch: async (request, environment) => {
        const question = { method: 'POST', path: '/', contentDigest: request.headers.get('content-digest')! }
        if (new URL(request.url).pathname === '/webclave/identity')
          return Response.json({ spki: base64(shown) })
        const answer = await lab.app.fetch(request, environment)
        const body = new Uint8Array(await answer.arrayBuffer())
        const headers = await signAnswer(
          { spki, keyId, sign },
          question,
          { status: answer.status, body },
          Date.now(),
        )
        return new Response(body, { status: answer.status, headers })
      },
    })
    await lab.serve(signingAs(identityOf(lab.kms), spki))
    expect(await lab.decrypt(ciphertext)).toEqual(notTheKms)
    await lab.serve(signingAs(identityOf(lab.kms), lab.kms.identity()))
    expect(await lab.decrypt(ciphertext)).toEqual(notTheKms)
    // Positive control: a client that pins the parent's key accepts it.
    const digest = node.hash('sha256', spki)
    await lab.serve(signingAs(digest, spki))
    expect(`${(await lab.decrypt(ciphertext, { identity: digest })).plaintext}`).toBe('the secret')
  })

  test('an answer to another request is refused; without pinning, it is another secret', async () => {
    const swapped = base64(await lab.encrypted('another secret'))
    await lab.serve({
      async fetch(request, environment) {
        if (new URL(request.url).pathname === '/webclave/identity') return lab.app.fetch(request, environment)
        const body = JSON.stringify({ ...((await request.json()) as object), CiphertextBlob: swapped })
        const headers = new Headers(request.headers)
        headers.set('content-digest', `sha-256=:${node.hash('sha256', body, 'base64')}:`)
        headers.delete('authorization')
        const unsigned = createKmsApp(lab.kms, { unsigned: CALLER, hosts: ['kms'] })
        return unsigned.fetch(new Request(request.url, { method: 'POST', headers, body }), {})
      },
    })
    expect(await lab.decrypt(ciphertext)).toEqual(notTheKms)
    expect(`${(await lab.decrypt(ciphertext, unverified)).plaintext}`).toBe('another secret')
  })

  test('an old answer is refused', async () => {
    let first: [ArrayBuffer, ResponseInit] | undefined
    await lab.serve(
      between(async (answer) => {
        first ??= [
          await answer.clone().arrayBuffer(),
          { status: answer.status, headers: new Headers(answer.headers) },
        ]
        return new Response(...first)
      }),
    )
    expect(`${(await lab.decrypt(ciphertext)).plaintext}`).toBe('the secret')
    expect(await lab.decrypt(ciphertext)).toEqual(notTheKms)
  })

  test('an envelope for another enclave is refused', async () => {
    const other = lab.another()
    const [, spki] = await other.ask('public')
    const recipient = await readRecipient(Uint8Array.from(Buffer.from(spki!, 'hex')))
    const envelope = base64(await sealFor(recipient, new TextEncoder().encode('x')))
    await other.end()
    await lab.serve(
      between((answer) => changed(answer, (body) => (body['CiphertextForRecipient'] = envelope))),
    )
    expect(await lab.decrypt(ciphertext)).toEqual(notTheKms)
    const called = await lab.decrypt(ciphertext, unverified)
    expect(called).toMatchObject({ status: 'KMS_CJSON_ERROR', code: 'E_CMS_DECRYPT' })
  })

  test('a plaintext instead of an envelope is refused', async () => {
    const answer = { Plaintext: base64(new TextEncoder().encode('chosen')) }
    await lab.serve({ fetch: () => Response.json(answer) })
    expect(await lab.decrypt(ciphertext, unverified)).toMatchObject({
      status: 'KMS_CJSON_ERROR',
      code: 'E_KMS_ANSWER',
    })
  })

  test('a refusal with a long and strange text: it is cut, and printable', async () => {
    const answer = { __type: `\u0007${'t'.repeat(500)}`, message: `\n\u{1f600}${'m'.repeat(5000)}` }
    await lab.serve({ fetch: () => Response.json(answer, { status: 418 }) })
    const called = await lab.decrypt(ciphertext, unverified)
    expect(called).toMatchObject({ status: 'KMS_REQ_FAILED', code: 'E_KMS_REFUSED', http: 418 })
    expect(called.reason).toMatch(/^\?t{62}$/)
    expect(called.message).toMatch(/^\?{5}m{250}$/)
  })
})

const OK = 'HTTP/1.1 200 OK\r\n'
const body = (text: string) => `${OK}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`

describe.skipIf(!path)('bytes that are no answer of a KMS', () => {
  test.each<[string, string, string]>([
    ['nothing', '', 'KMS_CURL_ERROR E_KMS_CONNECTION'],
    ['a cut head', `${OK}content-length: 2\r\n`, 'KMS_CURL_ERROR E_KMS_CONNECTION'],
    ['a cut body', `${OK}content-length: 9\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_CONNECTION'],
    ['no HTTP', 'hello\r\n\r\n', 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['HTTP/2', 'HTTP/2 200 OK\r\ncontent-length: 2\r\n\r\n{}', 'KMS_CURL_ERROR E_KMS_ANSWER'],
    [
      'a status of four digits',
      'HTTP/1.1 2000\r\ncontent-length: 2\r\n\r\n{}',
      'KMS_CURL_ERROR E_KMS_ANSWER',
    ],
    ['only an empty line', '\r\n\r\n', 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a long head', `${OK}x: ${'a'.repeat(40_000)}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a long head that ends', `${OK}x: ${'a'.repeat(16_400)}\r\n\r\n`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a header that is not ASCII', `${OK}x: ä\r\ncontent-length: 2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a line feed alone', `${OK}x: a\ny: b\r\ncontent-length: 2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a header without a colon', `${OK}x\r\ncontent-length: 2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a header without a name', `${OK}: x\r\ncontent-length: 2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a continued header', `${OK}x: a\r\n b\r\ncontent-length: 2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['65 headers', `${OK}${'x: 1\r\n'.repeat(64)}content-length: 2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['no length', `${OK}\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['two lengths', `${OK}content-length: 2\r\nContent-Length: 2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a hexadecimal length', `${OK}content-length: 0x2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a negative length', `${OK}content-length: -2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['an empty length', `${OK}content-length:\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a length over the limit', `${OK}content-length: 131073\r\n\r\n`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a huge length', `${OK}content-length: 18446744073709551617\r\n\r\n`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['a chunked body', `${OK}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
    ['no body', `${OK}content-length: 0\r\n\r\n`, 'KMS_CJSON_ERROR E_KMS_ANSWER'],
    ['no JSON', body('{{'), 'KMS_CJSON_ERROR E_KMS_ANSWER'],
    ['a list', body('[]'), 'KMS_CJSON_ERROR E_KMS_ANSWER'],
    ['no envelope', body('{}'), 'KMS_CJSON_ERROR E_KMS_ANSWER'],
    [
      'an envelope twice',
      body('{"CiphertextForRecipient":"AA==","CiphertextForRecipient":"AA=="}'),
      'KMS_CJSON_ERROR E_KMS_ANSWER',
    ],
    ['an envelope that is a number', body('{"CiphertextForRecipient":1}'), 'KMS_CJSON_ERROR E_KMS_ANSWER'],
    ['an envelope that is null', body('{"CiphertextForRecipient":null}'), 'KMS_CJSON_ERROR E_KMS_ANSWER'],
    [
      'an envelope that is not base64',
      body('{"CiphertextForRecipient":"####"}'),
      'KMS_CJSON_ERROR E_KMS_ANSWER',
    ],
    ['an envelope that is not CMS', body('{"CiphertextForRecipient":"AAAA"}'), 'KMS_CJSON_ERROR E_CMS'],
    [
      'an error without JSON',
      'HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno',
      'KMS_CJSON_ERROR E_KMS_ANSWER',
    ],
    [
      'an error without a reason',
      'HTTP/1.1 500\r\ncontent-length: 2\r\n\r\n{}',
      'KMS_REQ_FAILED E_KMS_REFUSED',
    ],
    ['HTTP/1.0', 'HTTP/1.0 500 x\r\ncontent-length: 2\r\n\r\n{}', 'KMS_REQ_FAILED E_KMS_REFUSED'],
  ])('%s', async (_, text, expected) => {
    // In one piece, and byte by byte around the places where a reader looks for an end.
    for (const size of [1 << 20, 1000]) {
      const server = await listen((socket) => {
        socket.once('data', () => {
          const bytes = Buffer.from(text)
          for (let at = 0; at < bytes.length; at += size) socket.write(bytes.subarray(at, at + size))
          socket.end()
        })
      })
      for (const dialect of ['aws', 'huawei'] as const) {
        if (dialect === 'huawei' && text.includes('CiphertextForRecipient')) continue
        const values = { ...unverified, port: server.port, in: hex(base64(ciphertext)) }
        const called = await lab.call('decrypt', dialect, values)
        expect(`${called.status} ${called.code}`).toBe(expected)
        expect(called.plaintext.length).toBe(0)
      }
      await server.close()
    }
  })

  test('random changes of an answer never crash it, and never give another secret', async () => {
    const changes = Number(process.env['C_SDK_CHANGES'] ?? 150)
    const recorded = await record()
    const server = await listen((socket) => {
      socket.once('data', () => socket.end(mutate(recorded)))
    })
    for (let count = 0; count < changes; count++) {
      const values = { ...unverified, port: server.port, in: hex(base64(ciphertext)) }
      const called = await lab.call('decrypt', 'aws', values)
      if (called.status === 'KMS_SUCCESS') expect(called.plaintext.length).toBeLessThanOrEqual(48)
    }
    await server.close()
  })
})

/** An answer of the KMS to this enclave. */
async function record(): Promise<Buffer> {
  let text = ''
  await lab.serve(
    between(async (answer) => {
      text = body(await answer.clone().text())
      return answer
    }),
  )
  await lab.decrypt(ciphertext)
  return Buffer.from(text)
}

function mutate(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes)
  for (let count = node.randomInt(1, 4); count > 0; count--) {
    const at = node.randomInt(changed.length)
    changed[at] = node.randomInt(3) === 0 ? node.randomInt(256) : changed[node.randomInt(changed.length)]!
  }
  return node.randomInt(4) === 0 ? changed.subarray(0, node.randomInt(changed.length)) : changed
}
