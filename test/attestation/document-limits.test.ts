/** The limits of a payload when it is written, the bytes of a payload, and the constants of the profiles. */
import { describe, expect, test } from 'vitest'
import { encodeChain, encodePayload, type PayloadFields } from '../../src/attestation/document.ts'
import { ES384, PROFILES, profileOf } from '../../src/attestation/profile.ts'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { cborText } from '../../src/encoding/cbor/writer.ts'
import { somePcrs } from './forge.ts'
import { PROFILE_NAMES } from './judge.ts'

const zeros = (length: number) => new Uint8Array(length)
const MODULE_ID = { qingtian: 127, nitro: 255 } as const

describe.each(PROFILE_NAMES)('writing a payload of %s', (name) => {
  const chain = encodeChain(zeros(1), [zeros(1)])
  const write = (change: Partial<PayloadFields>) =>
    encodePayload(PROFILES[name], chain, { moduleId: 'm', timestamp: 1, pcrs: somePcrs(), ...change })
  const pcrs = (...indexes: number[]) => new Map(indexes.map((index) => [index, zeros(48)]))
  const all = [...Array(32).keys()]

  test.each<[string, Partial<PayloadFields>, Partial<PayloadFields>]>([
    ['moduleId', { moduleId: 'x'.repeat(MODULE_ID[name]) }, { moduleId: 'x'.repeat(MODULE_ID[name] + 1) }],
    ['moduleId', { moduleId: 'x' }, { moduleId: '' }],
    ['moduleId', { moduleId: 'ü' }, { moduleId: 'ü'.repeat(MODULE_ID[name] / 2 + 1) }],
    ['timestamp', { timestamp: 1 }, { timestamp: 0 }],
    ['timestamp', { timestamp: Number.MAX_SAFE_INTEGER }, { timestamp: 2 ** 53 }],
    ['timestamp', { timestamp: 2 }, { timestamp: 1.5 }],
    ['pcrs', { pcrs: pcrs(0) }, { pcrs: pcrs() }],
    ['pcrs', { pcrs: pcrs(31) }, { pcrs: pcrs(32) }],
    ['pcrs', { pcrs: pcrs(...all) }, { pcrs: pcrs(...all, 32) }],
    ['pcrs', { pcrs: pcrs(0) }, { pcrs: pcrs(-1) }],
    ['pcrs', { pcrs: pcrs(0) }, { pcrs: pcrs(0.5) }],
    ['PCR5', { pcrs: new Map([[5, zeros(48)]]) }, { pcrs: new Map([[5, zeros(47)]]) }],
    ['PCR5', { pcrs: new Map([[5, zeros(48)]]) }, { pcrs: new Map([[5, zeros(49)]]) }],
    ['userData', { userData: zeros(4096) }, { userData: zeros(4097) }],
    ['nonce', { nonce: zeros(4096) }, { nonce: zeros(4097) }],
    ['publicKey', { publicKey: zeros(4096) }, { publicKey: zeros(4097) }],
  ])('accepts %s at its limit and refuses it beyond, case %#', (field, good, bad) => {
    expect(() => write(good)).not.toThrow()
    expect(() => write(bad)).toThrow(
      expect.objectContaining({
        code: 'E_DOCUMENT_FIELD',
        message: expect.stringContaining(`${field} is outside the limits of attestation documents;`),
      }),
    )
  })

  test('gives these bytes', () => {
    const hex = toHex(write({ pcrs: new Map([[24, zeros(48)]]), nonce: fromHex('05') }))
    const text = (value: string) => toHex(cborText(value)).slice(2)
    const field = (value: string) => `${(0x60 | value.length).toString(16)}${text(value)}`
    const pcr = `a1${name === 'nitro' ? '1818' : '190018'}5830${'00'.repeat(48)}`
    const absent = name === 'nitro' ? 'f6' : '40'
    const parts: Record<string, string> = {
      module_id: '616d',
      timestamp: '1b0000000000000001',
      digest: '66534841333834',
      pcrs: pcr,
      certificate: '4100',
      cabundle: '814100',
      user_data: absent,
      nonce: '4105',
      public_key: absent,
    }
    const order = {
      qingtian: 'module_id timestamp digest pcrs certificate cabundle user_data nonce public_key',
      nitro: 'module_id digest timestamp pcrs certificate cabundle public_key user_data nonce',
    }[name]
    expect(hex).toBe(
      `a9${order
        .split(' ')
        .map((each) => field(each) + parts[each])
        .join('')}`,
    )
  })
})

test('the profiles have these headers and payload limits, and no others are known', () => {
  expect(ES384).toBe(-35)
  expect(PROFILES.qingtian.limits.payload).toBe(24_576)
  expect(PROFILES.nitro.limits.payload).toBe(16_384)
  expect(PROFILE_NAMES.map((name) => toHex(PROFILES[name].protectedHeader))).toEqual([
    'a11a000000013a00000022',
    'a1013822',
  ])
  for (const name of PROFILE_NAMES) expect(profileOf(name)).toBe(PROFILES[name])
  for (const name of ['', 'sgx', 'toString']) {
    expect(() => profileOf(name)).toThrow(expect.objectContaining({ code: 'E_DOCUMENT_PROFILE' }))
  }
})
