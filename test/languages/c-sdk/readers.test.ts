/** The readers of the C SDK's KMS client, compared with those of the SDK for TypeScript: JSON, base64, CMS. */
import * as node from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concatBytes } from '../../../src/base/bytes.ts'
import { readEnvelope } from '../../../src/encoding/cms/read-envelope.ts'
import { readJson } from '../../../src/encoding/json.ts'
import { readRecipient, sealFor } from '../../../src/kms/recipient/envelope.ts'
import { hex, path } from './lab.ts'
import { Harness } from './native.ts'

let client: Harness
beforeAll(() => {
  if (path) client = new Harness(path)
})
afterAll(async () => {
  if (path) expect(await client.end()).toBe('')
})

const isObject = (text: string | Uint8Array): boolean => {
  try {
    const value = readJson(text, () => new Error('invalid'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
const accepts = async (text: string | Uint8Array) =>
  (await client.ask('json', { text: hex(text) }))[0] === '1'

describe.skipIf(!path)('JSON (RFC 8259, RFC 7493)', () => {
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
      '-1.5e3',
      'null',
      'true',
      ' ',
      '""',
      '"\\n"',
      '0',
    ]
    let valid = 0
    for (let count = 0; count < 3000; count++) {
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

const escaped = (text: string) =>
  `"${Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`

describe.skipIf(!path)('base64 and hexadecimal', () => {
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
  ])('base64 that is not canonical: %s', async (text) => expect((await decode('base64', text))[0]).toBe('0'))

  test.each(['a', 'abc', 'ag', '0x', ' 1', 'a:'])('not hexadecimal: %s', async (text) =>
    expect((await decode('hex', text))[0]).toBe('0'),
  )
})

describe.skipIf(!path)('CMS EnvelopedData (RFC 5652)', () => {
  let seal: (plaintext: Uint8Array) => Promise<Bytes>
  beforeAll(async () => {
    const [, spki] = await client.ask('public')
    const recipient = await readRecipient(Uint8Array.from(Buffer.from(spki!, 'hex')))
    seal = (plaintext) => sealFor(recipient, Uint8Array.from(plaintext))
  })
  const open = (bytes: Uint8Array) => client.ask('envelope', { bytes: hex(bytes) })

  const element = (tag: number, ...parts: Uint8Array[]): Bytes => {
    const content = concatBytes(...parts)
    const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255]
    return concatBytes(Uint8Array.of(tag, ...length), content)
  }
  const fromHex = (text: string): Bytes => Uint8Array.from(Buffer.from(text, 'hex'))

  /** The same envelope in definite lengths; `ciphertext` makes its last element. */
  const definite = (envelope: Bytes, ciphertext: (bytes: Bytes) => Bytes): Bytes => {
    const parts = readEnvelope(envelope)
    const sha256 = fromHex('300d06096086480165030402010500')
    const mgf1 = concatBytes(fromHex('06092a864886f70d010108'), sha256)
    const oaep = element(
      0x30,
      fromHex('06092a864886f70d010107'),
      element(0x30, element(0xa0, sha256), element(0xa1, element(0x30, mgf1))),
    )
    const recipient = element(
      0x30,
      fromHex('020102'),
      element(0x80, new Uint8Array(32)),
      oaep,
      element(0x04, parts.encryptedKey),
    )
    const algorithm = element(0x30, fromHex('060960864801650304012a'), element(0x04, parts.iv))
    const content = element(0x30, fromHex('06092a864886f70d010701'), algorithm, ciphertext(parts.ciphertext))
    const enveloped = element(0x30, fromHex('020102'), element(0x31, recipient), content)
    return element(0x30, fromHex('06092a864886f70d010703'), element(0xa0, enveloped))
  }

  test('in indefinite and definite lengths, its ciphertext whole or in parts', async () => {
    const envelope = await seal(Buffer.from('the secret of this enclave'))
    const forms: Bytes[] = [
      envelope,
      definite(envelope, (bytes) => element(0x80, bytes)),
      definite(envelope, (bytes) => element(0xa0, element(0x04, bytes))),
      definite(envelope, (bytes) =>
        element(0xa0, element(0x04, bytes.subarray(0, 5)), element(0x04), element(0x04, bytes.subarray(5))),
      ),
    ]
    for (const form of forms) expect(await open(form)).toEqual(['0', '', hex('the secret of this enclave')])
  })

  test('an empty secret', async () => {
    expect(await open(await seal(new Uint8Array(0)))).toEqual(['0', '', ''])
  })

  test('cut, extended, nested too deeply', async () => {
    const envelope = await seal(Buffer.from('secret'))
    for (let length = 0; length < envelope.length; length += 7) {
      expect((await open(envelope.subarray(0, length))).slice(0, 2)).toEqual(['5', 'E_CMS'])
    }
    expect((await open(concatBytes(envelope, new Uint8Array(1))))[1]).toBe('E_CMS')
    expect((await open(fromHex('3080'.repeat(5000))))[1]).toBe('E_CMS')
    expect((await open(fromHex(`${'3080'.repeat(30)}${'0000'.repeat(30)}`)))[1]).toBe('E_CMS')
    for (const bytes of [
      '3084ffffffff',
      '30848000000000',
      '3085000000000100',
      '30ff',
      '1f8100',
      '0480',
      '30',
      '3081',
    ]) {
      expect((await open(fromHex(bytes)))[1]).toBe('E_CMS')
    }
  })

  test('a wrong key, a wrong padding and wrong lengths are one error', async () => {
    const envelope = await seal(Buffer.from('secret'))
    const sealed = ['5', 'E_CMS_DECRYPT', '']
    const { encryptedKey, ciphertext } = readEnvelope(envelope)
    const at = (part: Bytes, index: number) => {
      const changed = Uint8Array.from(envelope)
      const start = Buffer.from(envelope).indexOf(Buffer.from(part))
      changed[start + index]! ^= 1
      return changed
    }
    expect(await open(at(encryptedKey, 100))).toEqual(sealed)
    expect(await open(at(encryptedKey, 0))).toEqual(sealed)
    // The last byte of the last block before: it changes the padding.
    const two = await seal(Buffer.alloc(16))
    const changed = Uint8Array.from(two)
    changed[Buffer.from(two).indexOf(Buffer.from(readEnvelope(two).ciphertext)) + 15]! ^= 0xff
    expect(await open(changed)).toEqual(sealed)
    for (const length of [0, 15, 17]) {
      expect(await open(definite(envelope, () => element(0x80, new Uint8Array(length))))).toEqual(sealed)
    }
    expect(ciphertext.length).toBe(16)
  })

  test('random changes are judged as by the other reader', async () => {
    const envelope = await seal(Buffer.from('secret'))
    const forms = [envelope, definite(envelope, (bytes) => element(0xa0, element(0x04, bytes)))]
    for (let count = 0; count < 1500; count++) {
      const changed = Uint8Array.from(forms[count % 2]!)
      for (let changes = node.randomInt(1, 3); changes > 0; changes--)
        changed[node.randomInt(changed.length)] = node.randomInt(256)
      let isWellFormed = true
      try {
        readEnvelope(changed)
      } catch {
        isWellFormed = false
      }
      const [, code] = await open(changed)
      expect(code === 'E_CMS', hex(changed)).toBe(!isWellFormed)
    }
  })
})
