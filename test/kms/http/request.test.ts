/** The JSON body of a request is an object. */
import { expect, test } from 'vitest'
import { readJson } from '../../../src/kms/http/request.ts'
import { utf8 } from '../support.ts'

test('an object is read', () => {
  expect(readJson(utf8('{"a":1}'))).toEqual({ a: 1 })
})

test.each([
  ['[]', 'a list'],
  ['null', 'null'],
  ['5', 'a number'],
])('%s is refused as %s', (body, got) => {
  expect(() => readJson(utf8(body))).toThrow(`expected an object; got ${got}`)
})
