/** The readers of the C SDK's KMS client, compared with those of the SDK for TypeScript: JSON, base64, hexadecimal. */
import * as node from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readJson } from '../../../src/encoding/json.ts'
import type { Harness } from './harnesses.ts'
import { harnesses, hex } from './lab.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 100_000 : 2000

const isObject = (text: string | Uint8Array): boolean => {
  try {
    const value = readJson(text, () => new Error('invalid'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

const escaped = (text: string) =>
  `"${Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`

describe.skipIf(!harnesses.areThere).each(harnesses.all)('%s', (_, start) => {
  let client: Harness
  beforeAll(() => {
    client = start()
  })
  afterAll(async () => expect(await client.end()).toBe(''))
  const accepts = async (text: string | Uint8Array) =>
    (await client.ask('json', { text: hex(text) }))[0] === '1'

  describe('JSON (RFC 8259, RFC 7493)', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    test.each<[string, boolean]>([
      ['{}', true],
      [' \t\r\n{ "a" : [ ] , "b" : { } } ', true],
      ['{"a":-0.5e+10,"b":true,"c":false,"d":null,"e":[1,2,[3]]}', true],
      ['{"a":{"a":{"a":1}},"b":{"a":1}}', true],
      ['', false],
      ['[]', false],
      ['"a"', false],
      ['{"a":1}x', false],
      ['{"a":1,}', false],
      ['{"a":1 "b":2}', false],
      ['{a:1}', false],
      ['{"a"}', false],
      ['{"a":}', false],
      ['{"a":01}', false],
      ['{"a":+1}', false],
      ['{"a":1.}', false],
      ['{"a":.5}', false],
      ['{"a":1e}', false],
      ['{"a":-}', false],
      ['{"a":tru}', false],
      ['{"a":NaN}', false],
      ['{"a":"\t"}', false],
      ['{"a":"\\x"}', false],
      ['{"a":"\\u12"}', false],
      ['{"a":"\\ud800"}', false],
      ['{"a":"\\udc00\\ud800"}', false],
      ['{"a":"\\ud800x"}', false],
      ['{"a":"\\ud83d\\ude00"}', true],
      ['{"a":1,"a":2}', false],
      ['{"a":1,"\\u0061":2}', false],
      ['{"\u00e9":1,"\\u00E9":2}', false],
      ['{"\\ud83d\\ude00":1,"\u{1f600}":2}', false],
      ['{"a":{"b":1,"b":2}}', false],
      ['{"a":"', false],
      ['{"a":"\\', false],
      [nested(15), true],
      [`{"a":[${'1,'.repeat(300)}1]}`, false],
    ])('%s: %s', async (text, expected) => {
      expect(await accepts(text)).toBe(expected)
      if (!text.includes('1,1,1')) expect(isObject(text)).toBe(expected)
    })

    test('nesting is bounded', async () => {
      expect(await accepts(nested(16))).toBe(false)
      expect(await accepts(nested(100_000))).toBe(false)
    })

    test.each(['c080', 'e08080', 'eda080', 'f08080af', 'f4908080', 'ff', 'c3', 'e282', '80', 'f5808080'])(
      'bytes that are not UTF-8: %s',
      async (bytes) => {
        const text = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes, 'hex'), Buffer.from('"}')])
        expect(await accepts(text)).toBe(false)
      },
    )

    test('members are found and decoded', async () => {
      const value = 'a"\\/\b\f\n\r\t\u00e9\u20ac\u{1f600}'
      for (const text of [JSON.stringify({ x: { m: 'no' }, m: value }), `{"\\u006d":${escaped(value)}}`]) {
        expect(await client.ask('json', { text: hex(text), member: 'm' })).toEqual(['1', '0', hex(value)])
      }
      expect(await client.ask('json', { text: hex('{"mm":"a","x":["m"]}'), member: 'm' })).toEqual([
        '1',
        '1',
        '',
      ])
      expect(await client.ask('json', { text: hex('{"m":null}'), member: 'm' })).toEqual(['1', '1', ''])
      expect(await client.ask('json', { text: hex('{"m":["a"]}'), member: 'm' })).toEqual(['1', '2', ''])
    })

    test('random texts are judged as by the other reader', async () => {
      const parts = [
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"b"',
        '"\\u0061"',
        '1',
        '-1.5',
        'null',
        'true',
        ' ',
        '""',
        '"\\n"',
        '0',
      ]
      let valid = 0
      for (let count = 0; count < RUNS; count++) {
        const middle = Array.from(
          { length: node.randomInt(1, 9) },
          () => parts[node.randomInt(parts.length)],
        ).join('')
        const text = node.randomInt(2) ? `{"a":${middle}}` : `{${middle}}`
        expect(await accepts(text), text).toBe(isObject(text))
        if (isObject(text)) valid++
      }
      expect(valid).toBeGreaterThan(10)
    })
  })

  describe('base64 and hexadecimal', () => {
    const decode = (name: string, text: string) => client.ask(name, { text: hex(text) })

    test('every length', async () => {
      for (let length = 0; length < 70; length++) {
        const bytes = node.randomBytes(length)
        expect(await decode('base64', bytes.toString('base64'))).toEqual(['1', hex(bytes)])
        expect(await decode('hex', bytes.toString('hex'))).toEqual(['1', hex(bytes)])
      }
      expect(await decode('hex', 'AbCd')).toEqual(['1', 'abcd'])
    })

    test.each([
      'A',
      'AA',
      'AAA',
      'A===',
      '====',
      '=',
      'AA=A',
      'AB==',
      'AAB=',
      'AA==AAAA',
      'AA\n=',
      'AA-_',
      ' AAA',
      'AAAAA',
    ])('base64 that is not canonical: %s', async (text) =>
      expect((await decode('base64', text))[0]).toBe('0'),
    )

    test.each(['a', 'abc', 'ag', '0x', ' 1', 'a:'])('not hexadecimal: %s', async (text) =>
      expect((await decode('hex', text))[0]).toBe('0'),
    )
  })
})
