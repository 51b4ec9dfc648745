/** A hostile parent between the C client and the KMS: each attack fails, and a positive control succeeds. */
import * as node from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { signAnswer } from '../../../src/kms/http/message-signature.ts'
import { createKmsApp } from '../../../src/kms/index.ts'
import { readRecipient, sealFor } from '../../../src/kms/recipient/envelope.ts'
import type { HttpApp } from '../../../src/kms/vsock/http-connection.ts'
import { changed } from '../../sdk/between.ts'
import { CALLER, identityOf } from '../../sdk/kms-lab.ts'
import { base64, CLab, harnesses } from './lab.ts'

describe.skipIf(!harnesses.areThere).each(harnesses.all)('%s', (_, start) => {
  let lab: CLab
  let ciphertext: Uint8Array
  beforeAll(async () => {
    lab = await CLab.open(start)
    ciphertext = await lab.encrypted('the secret')
  })
  afterEach(async () => {
    await lab.serve(lab.app)
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  /** Replaces each answer of the KMS but that with its key. */
  const between = (
    change: (answer: Response, request: Request) => Response | Promise<Response>,
  ): HttpApp => ({
    async fetch(request, environment) {
      const original = request.clone()
      if (new URL(request.url).pathname === '/webclave/identity') return lab.app.fetch(request, environment)
      return change(await lab.app.fetch(request, environment), original)
    },
  })

  const withHeaders = async (
    answer: Response,
    change: (headers: Headers) => void,
    status = answer.status,
  ) => {
    const headers = new Headers(answer.headers)
    change(headers)
    return new Response(await answer.text(), { status, headers })
  }

  const notTheKms = expect.objectContaining({ status: 'KMS_CURL_ERROR', code: 'E_KMS_IDENTITY' })
  const unverified = { identity: 'unverified' }

  describe('a parent that answers with', () => {
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
          const question = {
            method: 'POST',
            path: '/',
            contentDigest: request.headers.get('content-digest')!,
          }
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
          if (new URL(request.url).pathname === '/webclave/identity')
            return lab.app.fetch(request, environment)
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
})
