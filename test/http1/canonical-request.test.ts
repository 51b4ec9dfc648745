/** What access keys sign, byte for byte as the clouds define it. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { awsScope, canonicalRequest, signedNames, textToSign } from '../../src/http1/canonical-request.ts'

const EMPTY = createHash('sha256').update('').digest('hex')
const headers = [
  ['content-type', 'application/x-www-form-urlencoded; charset=utf-8'],
  ['host', 'iam.amazonaws.com'],
  ['x-amz-date', '20150830T123600Z'],
] as const

test('the canonical request of AWS’s example (IAM user guide, "Create a signed request")', () => {
  const query = 'Action=ListUsers&Version=2010-05-08'
  const canonical = canonicalRequest('AWS4-HMAC-SHA256', {
    method: 'GET',
    path: '/',
    query,
    headers,
    bodyHash: EMPTY,
  })
  expect(createHash('sha256').update(canonical).digest('hex')).toBe(
    'f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59',
  )
  expect(signedNames(headers)).toBe('content-type;host;x-amz-date')
})

test('values are trimmed, and repeated spaces collapsed', () => {
  const request = { method: 'POST', path: '/', headers: [['a', ' b   c ']] as const, bodyHash: 'h' }
  expect(canonicalRequest('AWS4-HMAC-SHA256', request)).toBe('POST\n/\n\na:b c\n\na\nh')
})

test('paths for Huawei end with exactly one slash', () => {
  const of = (path: string) =>
    canonicalRequest('SDK-HMAC-SHA256', { method: 'POST', path, headers: [], bodyHash: 'h' })
  expect(of('/a')).toBe('POST\n/a/\n\n\n\nh')
  expect(of('/a/')).toBe(of('/a'))
})

test('the strings to sign', () => {
  expect(awsScope('20261124', 'local-1')).toBe('20261124/local-1/kms/aws4_request')
  expect(textToSign('AWS4-HMAC-SHA256', 'date', 'scope', 'hash')).toBe('AWS4-HMAC-SHA256\ndate\nscope\nhash')
  expect(textToSign('SDK-HMAC-SHA256', 'date', 'hash')).toBe('SDK-HMAC-SHA256\ndate\nhash')
})
