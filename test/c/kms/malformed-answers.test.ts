/** Answers that are malformed: the C client refuses each, whatever pieces it arrives in. */
import * as node from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { base64, CLab, hex, native } from './lab.ts'
import { listen } from './servers.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 10_000 : 150
const unverified = { identity: 'unverified' }

describe.skipIf(!native.areThere).each(native.all)('%s', (_, start) => {
  let lab: CLab
  let ciphertext: Uint8Array
  beforeAll(async () => {
    lab = await CLab.open(start)
    ciphertext = await lab.encrypted('the secret')
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  const OK = 'HTTP/1.1 200 OK\r\n'
  const body = (text: string) => `${OK}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`

  describe('bytes that a KMS does not answer', () => {
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
      [
        'a header that is not ASCII',
        `${OK}x: ä\r\ncontent-length: 2\r\n\r\n{}`,
        'KMS_CURL_ERROR E_KMS_ANSWER',
      ],
      ['a line feed alone', `${OK}x: a\ny: b\r\ncontent-length: 2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
      ['a header without a colon', `${OK}x\r\ncontent-length: 2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
      ['a header without a name', `${OK}: x\r\ncontent-length: 2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
      ['a continued header', `${OK}x: a\r\n b\r\ncontent-length: 2\r\n\r\n{}`, 'KMS_CURL_ERROR E_KMS_ANSWER'],
      [
        '65 headers',
        `${OK}${'x: 1\r\n'.repeat(64)}content-length: 2\r\n\r\n{}`,
        'KMS_CURL_ERROR E_KMS_ANSWER',
      ],
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
      const server = await listen((socket) => {
        socket.once('data', () => socket.end(text))
      })
      // As large as they come, and byte by byte.
      for (const piece of [0, 1]) {
        for (const dialect of ['aws', 'huawei'] as const) {
          if (dialect === 'huawei' && text.includes('CiphertextForRecipient')) continue
          const values = { ...unverified, port: server.port, piece, in: hex(base64(ciphertext)) }
          const called = await lab.call('decrypt', dialect, values)
          expect(`${called.status} ${called.code}`).toBe(expected)
          expect(called.plaintext.length).toBe(0)
        }
      }
      await server.close()
    })

    test('random changes of an answer never crash it, and never give another secret', async () => {
      const recorded = await record()
      const server = await listen((socket) => {
        socket.once('data', () => socket.end(mutate(recorded)))
      })
      for (let count = 0; count < RUNS; count++) {
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
    await lab.serve({
      async fetch(request, environment) {
        const answer = await lab.app.fetch(request, environment)
        text = body(await answer.clone().text())
        return answer
      },
    })
    await lab.decrypt(ciphertext, unverified)
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
})
