/** What a KMS signs, byte for byte as in RFC 9421, and which headers are accepted as such a signature. */
import { describe, expect, test } from 'vitest'
import {
  COVERED,
  contentDigest,
  readSignature,
  readSigner,
  signatureBase,
  writeParameters,
  writeSignature,
} from '../../src/http1/answer-signature.ts'

const KEY = '0123456789abcdef'.repeat(4)
const PARAMETERS = `("@status" "content-digest" "@method";req "@path";req "content-digest";req);created=1;keyid="${KEY}";alg="ecdsa-p384-sha384"`
const SIGNATURE = Uint8Array.from({ length: 96 }, (_, at) => at)
const ENCODED = Buffer.from(SIGNATURE).toString('base64')

test('the signature base is that of RFC 9421 section 2.5', () => {
  const question = { method: 'POST', path: '/v1.0/0/kms', contentDigest: 'sha-256=:question:' }
  const base = signatureBase(question, { status: 200, contentDigest: 'sha-256=:answer:' }, PARAMETERS)
  expect(new TextDecoder().decode(base)).toBe(
    [
      '"@status": 200',
      '"content-digest": sha-256=:answer:',
      '"@method";req: POST',
      '"@path";req: /v1.0/0/kms',
      '"content-digest";req: sha-256=:question:',
      `"@signature-params": ${PARAMETERS}`,
    ].join('\n'),
  )
})

test('the digest of a body is that of RFC 9530 section 2', () => {
  expect(contentDigest(new Uint8Array(32))).toBe('sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:')
})

describe('parameters', () => {
  test('are read as they were written', () => {
    expect(writeParameters(1, KEY)).toBe(PARAMETERS)
    expect(readSigner(PARAMETERS)).toBe(KEY)
    expect(PARAMETERS.startsWith(COVERED)).toBe(true)
    expect(readSigner(writeParameters(999_999_999_999, KEY))).toBe(KEY)
  })

  test.each<[what: string, parameters: string]>([
    ['no content', ''],
    ['fewer covered components', PARAMETERS.replace(' "content-digest";req', '')],
    ['another order', PARAMETERS.replace('"@status" "content-digest"', '"content-digest" "@status"')],
    ['the answer’s own path', PARAMETERS.replace('"@path";req', '"@path"')],
    ['no creation time', PARAMETERS.replace(';created=1', '')],
    ['a creation time of 13 digits', PARAMETERS.replace('created=1', 'created=1000000000000')],
    ['a key in capitals', PARAMETERS.replace(KEY, KEY.toUpperCase())],
    ['a key of 63 digits', PARAMETERS.replace(KEY, KEY.slice(1))],
    ['a key of 65 digits', PARAMETERS.replace(KEY, `0${KEY}`)],
    ['another algorithm', PARAMETERS.replace('ecdsa-p384-sha384', 'ecdsa-p256-sha256')],
    ['an additional parameter', `${PARAMETERS};expires=2`],
    ['a leading space', ` ${PARAMETERS}`],
    ['a trailing newline', `${PARAMETERS}\n`],
  ])('with %s name no key', (_, parameters) => {
    expect(readSigner(parameters)).toBeUndefined()
  })
})

describe('the headers', () => {
  test('are read as they were written', () => {
    const headers = writeSignature(PARAMETERS, SIGNATURE)
    expect(headers).toEqual([`kms=${PARAMETERS}`, `kms=:${ENCODED}:`])
    expect(readSignature(...headers)).toEqual({ parameters: PARAMETERS, signature: SIGNATURE })
  })

  const input = `kms=${PARAMETERS}`
  test.each<[what: string, input: string | undefined, signature: string | undefined]>([
    ['no input', undefined, `kms=:${ENCODED}:`],
    ['no signature', input, undefined],
    ['an empty input', 'kms=', `kms=:${ENCODED}:`],
    ['another label', input.replace('kms', 'sig'), `sig=:${ENCODED}:`],
    ['two signatures', input, `kms=:${ENCODED}:, kms=:${ENCODED}:`],
    ['95 bytes', input, `kms=:${ENCODED.slice(0, -1)}=:`],
    ['127 characters', input, `kms=:${ENCODED.slice(1)}:`],
    ['129 characters', input, `kms=:A${ENCODED}:`],
    ['padding inside', input, `kms=:=${ENCODED.slice(1)}:`],
    ['invalid base64', input, `kms=:-${ENCODED.slice(1)}:`],
    ['a value that is not a byte sequence', input, `kms=${ENCODED}`],
  ])('with %s are rejected', (_, given, signature) => {
    expect(readSignature(given, signature)).toBeUndefined()
  })
})
