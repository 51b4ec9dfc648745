/** Reference values: several allowed sets, which one matched, and the nearest miss. */
import { describe, expect, test } from 'vitest'
import { parseReferenceValues } from '../../src/attestation/index.ts'
import { applyPolicy, readReferenceValues } from '../../src/attestation/policy.ts'
import type { Bytes } from '../../src/base/bytes.ts'

const pcr = (byte: string) => byte.repeat(48)
const FILE = JSON.stringify({
  version: 1,
  allowed: [
    { label: 'echo 1.0', pcrs: { 0: pcr('a0'), 3: pcr('a3'), 8: pcr('a8') } },
    { label: 'echo 1.1', pcrs: { 0: pcr('b0'), PCR8: pcr('A8') } },
    { label: 'anything of the release key', pcrs: { 8: pcr('c8') } },
  ],
})
const SETS = readReferenceValues(parseReferenceValues(FILE))

const found = (values: Record<number, number>): Map<number, Bytes> =>
  new Map(Object.entries(values).map(([index, byte]) => [Number(index), new Uint8Array(48).fill(byte)]))

test.each<[label: string, values: Record<number, number>]>([
  ['echo 1.0', { 0: 0xa0, 3: 0xa3, 8: 0xa8, 16: 1 }],
  ['echo 1.1', { 0: 0xb0, 3: 0, 8: 0xa8 }],
  ['anything of the release key', { 0: 0x77, 8: 0xc8 }],
])('%s matches', (label, values) => {
  const result = applyPolicy(found(values), SETS)
  expect(result).toMatchObject({ ok: true })
  expect(result.reason).toContain(JSON.stringify(label))
})

test('the nearest miss is the set with the most in common', () => {
  const result = applyPolicy(found({ 0: 0xa0, 3: 0xff, 8: 0xa8 }), SETS)
  expect(result).toEqual({
    ok: false,
    reason: 'PCR3 is ffffffffffffffff…, not a3a3a3a3a3a3a3a3… (nearest: "echo 1.0")',
    expected: `PCR3 ${pcr('a3')}`,
    found: `PCR3 ${pcr('ff')}`,
  })
})

test('whatever the order of the sets', () => {
  const result = applyPolicy(found({ 0: 0xb0, 8: 0xff }), SETS.toReversed())
  expect(result.reason).toContain('nearest: "echo 1.1"')
})

test('with the same in common, it is the one that differs least', () => {
  expect(applyPolicy(found({ 0: 1, 3: 2, 8: 3 }), SETS).reason).toContain(
    'nearest: "anything of the release key"',
  )
})

test('a PCR that is not there matches nothing', () => {
  expect(applyPolicy(found({ 0: 0xb0 }), SETS)).toMatchObject({
    ok: false,
    reason: 'PCR8 is absent, not a8a8a8a8a8a8a8a8… (nearest: "echo 1.1")',
  })
})

describe('files that are refused', () => {
  test.each<[what: string, text: string, code: string]>([
    ['no JSON', '{', 'E_POLICY_FORMAT'],
    ['a list', '[]', 'E_POLICY_FORMAT'],
    ['a member twice', `{"version":1,"allowed":[],${FILE.trim().slice(1)}`, 'E_POLICY_FORMAT'],
    ['no end of lists', '['.repeat(100_000), 'E_POLICY_FORMAT'],
    ['no version', '{"allowed":[]}', 'E_POLICY_FORMAT'],
    ['nothing allowed', '{"version":1,"allowed":[]}', 'E_POLICY_FORMAT'],
    ['an unknown name', '{"version":1,"allowed":[{"label":"x","pcrs":{"0":"00"}}],"x":1}', 'E_POLICY_FORMAT'],
    [
      'an unknown name in a set',
      '{"version":1,"allowed":[{"label":"x","pcrs":{},"y":1}]}',
      'E_POLICY_FORMAT',
    ],
    [
      'a PCR twice',
      `{"version":1,"allowed":[{"label":"x","pcrs":{"0":"${pcr('00')}","PCR0":"${pcr('01')}"}}]}`,
      'E_POLICY_FORMAT',
    ],
    ['no label', '{"version":1,"allowed":[{"pcrs":{}}]}', 'E_POLICY_FORMAT'],
    ['a set of nothing', '{"version":1,"allowed":[{"label":"x","pcrs":{}}]}', 'E_POLICY_FORMAT'],
    ['a short PCR', '{"version":1,"allowed":[{"label":"x","pcrs":{"0":"00"}}]}', 'E_POLICY_PCR'],
    ['no such PCR', `{"version":1,"allowed":[{"label":"x","pcrs":{"40":"${pcr('00')}"}}]}`, 'E_POLICY_PCR'],
  ])('%s', (_, text, code) => {
    expect(() => parseReferenceValues(text)).toThrow(expect.objectContaining({ code }))
  })
})
