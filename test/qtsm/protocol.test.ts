/**
 * The bytes of every request and response as literals (aws-nitro-enclaves-nsm-api, `src/api/mod.rs`), and invalid ones.
 */
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { ERROR_NAMES, QtsmError } from '../../src/qtsm/error-code.ts'
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  expectBytes,
  expectInteger,
  FIELD_LIMITS,
  MAX_RANDOM_LENGTH,
  MAX_REQUEST_LENGTH,
  type QtsmRequest,
} from '../../src/qtsm/protocol.ts'
import { plain } from '../encoding/cbor/plain.ts'

/** A CBOR text string in hexadecimal. */
const text = (value: string) => {
  const hex = Buffer.from(value).toString('hex')
  const length = value.length
  return `${length < 24 ? (0x60 | length).toString(16) : `78${length.toString(16).padStart(2, '0')}`}${hex}`
}
const map = (...entries: string[]) => `${(0xa0 | entries.length).toString(16)}${entries.join('')}`
const call = (name: string, ...fields: string[]) => map(text(name) + map(...fields))
const failsWith = (code: string) => expect.objectContaining({ name: 'QtsmError', code })

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('requests', () => {
  test.each<[QtsmRequest, string]>([
    [{ call: 'DescribePCR', index: 31 }, call('DescribePCR', `${text('index')}181f`)],
    [{ call: 'LockPCR', index: 16 }, call('LockPCR', `${text('index')}10`)],
    [
      { call: 'ExtendPCR', index: 17, data: bytes(1, 2) },
      call('ExtendPCR', `${text('index')}11`, `${text('data')}420102`),
    ],
    [{ call: 'LockPCRs', range: 32 }, call('LockPCRs', `${text('range')}1820`)],
    [{ call: 'LockPCRs', range: 0 }, call('LockPCRs', `${text('range')}00`)],
    [{ call: 'LockPCRs', range: [] }, call('LockPCRs', `${text('range')}80`)],
    [{ call: 'LockPCRs', range: [16, 31] }, call('LockPCRs', `${text('range')}8210181f`)],
    [{ call: 'DescribeNSM' }, text('DescribeNSM')],
    [{ call: 'GetRandom', length: undefined }, text('GetRandom')],
    [{ call: 'GetRandom', length: 0 }, call('GetRandom', `${text('length')}00`)],
    [{ call: 'GetRandom', length: 256 }, call('GetRandom', `${text('length')}190100`)],
    [
      { call: 'Attestation', userData: undefined, nonce: undefined, publicKey: undefined },
      call('Attestation', `${text('user_data')}f6`, `${text('nonce')}f6`, `${text('public_key')}f6`),
    ],
    [
      { call: 'Attestation', userData: bytes(1), nonce: bytes(), publicKey: bytes(2, 3) },
      call('Attestation', `${text('user_data')}4101`, `${text('nonce')}40`, `${text('public_key')}420203`),
    ],
  ])('%o is encoded and decoded', (request, hex) => {
    expect(toHex(encodeRequest(request))).toBe(hex)
    expect(decodeRequest(fromHex(hex))).toEqual(request)
  })

  test.each<[string, QtsmRequest]>([
    [call('GetRandom'), { call: 'GetRandom', length: undefined }],
    [call('DescribeNSM'), { call: 'DescribeNSM' }],
    [call('Attestation'), { call: 'Attestation' }],
    [text('Attestation'), { call: 'Attestation' }],
    [call('Attestation', `${text('nonce')}4105`), { call: 'Attestation', nonce: bytes(5) }],
    [call('DescribePCR', `${text('other')}00`, `${text('index')}05`), { call: 'DescribePCR', index: 5 }],
  ])('the alternative encoding %s is accepted', (hex, request) =>
    expect(decodeRequest(fromHex(hex))).toEqual(request),
  )

  test('decoded byte strings are views of the message', () => {
    const message = fromHex(call('Attestation', `${text('nonce')}4105`))
    const { nonce } = decodeRequest(message) as { nonce: Uint8Array }
    expect(nonce).toEqual(bytes(5))
    expect(nonce.buffer).toBe(message.buffer)
  })

  test.each<[what: string, hex: string, code: string]>([
    ['a number', '05', 'InvalidOperation'],
    ['an empty map', 'a0', 'InvalidOperation'],
    ['two calls', map(`${text('DescribeNSM')}a0`, `${text('GetRandom')}a0`), 'InvalidOperation'],
    ['a number as call name', 'a105a0', 'InvalidOperation'],
    ['bytes as call name', 'a14105a0', 'InvalidOperation'],
    ['a number as fields', `a1${text('GetRandom')}05`, 'InvalidOperation'],
    ['a list as fields', `a1${text('GetRandom')}80`, 'InvalidOperation'],
    ['a number as field name', call('GetRandom', '0505'), 'InvalidOperation'],
    ['bytes as field name', call('GetRandom', '410505'), 'InvalidOperation'],
    ['an unknown call', call('GetTime'), 'InvalidOperation'],
    ['an unknown call without fields', text('GetTime'), 'InvalidOperation'],
    ['trailing bytes', `${text('GetRandom')}00`, 'InvalidOperation'],
    ['a missing index', call('DescribePCR'), 'InvalidArgument'],
    ['a missing index, without fields', text('LockPCR'), 'InvalidArgument'],
    ['text as index', call('DescribePCR', `${text('index')}${text('1')}`), 'InvalidArgument'],
    ['a negative index', call('LockPCR', `${text('index')}20`), 'InvalidArgument'],
    ['an index of 2^53', call('LockPCR', `${text('index')}1b0020000000000000`), 'InvalidArgument'],
    ['missing data', call('ExtendPCR', `${text('index')}11`), 'InvalidArgument'],
    ['text as data', call('ExtendPCR', `${text('index')}11`, `${text('data')}6161`), 'InvalidArgument'],
    ['null as data', call('ExtendPCR', `${text('index')}11`, `${text('data')}f6`), 'InvalidArgument'],
    ['a missing range', call('LockPCRs'), 'InvalidArgument'],
    ['a negative range', call('LockPCRs', `${text('range')}20`), 'InvalidArgument'],
    ['text as range', call('LockPCRs', `${text('range')}6161`), 'InvalidArgument'],
    ['a list with a text', call('LockPCRs', `${text('range')}82106161`), 'InvalidArgument'],
    ['a list with a negative index', call('LockPCRs', `${text('range')}821020`), 'InvalidArgument'],
    ['text as nonce', call('Attestation', `${text('nonce')}6161`), 'InvalidArgument'],
    ['false as nonce', call('Attestation', `${text('nonce')}f4`), 'InvalidArgument'],
    ['a number as user data', call('Attestation', `${text('user_data')}00`), 'InvalidArgument'],
    ['a list as public key', call('Attestation', `${text('public_key')}80`), 'InvalidArgument'],
    ['a negative number of bytes', call('GetRandom', `${text('length')}20`), 'InvalidArgument'],
    ['null as number of bytes', call('GetRandom', `${text('length')}f6`), 'InvalidArgument'],
  ])('%s is refused', (_, hex, code) => expect(() => decodeRequest(fromHex(hex))).toThrow(failsWith(code)))
})

describe('responses', () => {
  test.each([
    [encodeResponse.error('InvalidIndex'), map(text('Error') + text('InvalidIndex'))],
    [
      encodeResponse.describePcr(true, bytes(7)),
      call('DescribePCR', `${text('lock')}f5`, `${text('data')}4107`),
    ],
    [
      encodeResponse.describePcr(false, bytes()),
      call('DescribePCR', `${text('lock')}f4`, `${text('data')}40`),
    ],
    [encodeResponse.bytes('ExtendPCR', bytes(1)), call('ExtendPCR', `${text('data')}4101`)],
    [encodeResponse.bytes('Attestation', bytes(2)), call('Attestation', `${text('document')}4102`)],
    [encodeResponse.bytes('GetRandom', bytes(3)), call('GetRandom', `${text('random')}4103`)],
    [encodeResponse.done('LockPCR'), text('LockPCR')],
    [encodeResponse.done('LockPCRs'), text('LockPCRs')],
    [
      encodeResponse.describe({
        versionMajor: 1,
        versionMinor: 0,
        versionPatch: 3,
        moduleId: 'i.enc-1',
        maxPcrs: 32,
        lockedPcrs: [0, 1, 31],
        digest: 'SHA384',
      }),
      call(
        'DescribeNSM',
        `${text('version_major')}01`,
        `${text('version_minor')}00`,
        `${text('version_patch')}03`,
        `${text('module_id')}${text('i.enc-1')}`,
        `${text('max_pcrs')}1820`,
        `${text('locked_pcrs')}830001181f`,
        `${text('digest')}${text('SHA384')}`,
      ),
    ],
  ])('response %# has these bytes', (response, hex) => expect(toHex(response)).toBe(hex))

  test('a successful response is decoded to its fields', () => {
    const fields = decodeResponse(fromHex(call('GetRandom', `${text('random')}4103`)), 'GetRandom')
    expect([...fields].map(([name, item]) => [name, plain(item)])).toEqual([['random', 'h03']])
    expect(decodeResponse(fromHex(text('LockPCR')), 'LockPCR').size).toBe(0)
  })

  test.each(ERROR_NAMES)('the error %s is thrown', (code) => {
    const response = fromHex(map(text('Error') + text(code)))
    expect(() => decodeResponse(response, 'LockPCR')).toThrow(failsWith(code))
  })

  test.each([
    ['another call', call('GetRandom')],
    ['another call without fields', text('LockPCRs')],
    ['another call with a text', map(text('GetRandom') + text('InvalidIndex'))],
    ['an unknown error', map(text('Error') + text('OutOfLuck'))],
    ['an error without a name', text('Error')],
    ['a map as error name', call('Error')],
    ['a number as fields', `a1${text('LockPCR')}05`],
    ['a number', '05'],
    ['an empty response', ''],
  ])('%s is invalid', (_, hex) => {
    expect(() => decodeResponse(fromHex(hex), 'LockPCR')).toThrow(failsWith('InvalidResponse'))
  })

  test('fields of the wrong type are refused', () => {
    const [integer, negative, string] = [
      ...decodeResponse(fromHex(call('LockPCR', '616105', '616220', '616341ff')), 'LockPCR').values(),
    ]
    expect(expectInteger(integer, 'InvalidArgument')).toBe(5)
    expect(expectBytes(string, 'InvalidArgument')).toEqual(bytes(255))
    for (const item of [negative, string, undefined]) {
      expect(() => expectInteger(item, 'InvalidResponse')).toThrow(failsWith('InvalidResponse'))
    }
    for (const item of [integer, undefined]) {
      expect(() => expectBytes(item, 'InvalidArgument')).toThrow(failsWith('InvalidArgument'))
    }
  })
})

test('the limits are those of the clouds', () => {
  expect([MAX_REQUEST_LENGTH, MAX_RANDOM_LENGTH]).toEqual([4096, 256])
  expect(FIELD_LIMITS).toEqual({
    qingtian: { userData: 512, nonce: 512, publicKey: 1024 },
    nitro: { userData: 1024, nonce: 1024, publicKey: 1024 },
  })
  expect(new QtsmError('InvalidArgument').message).toBe('the QTSM returned the error InvalidArgument (3)')
})
