/** Reference values: several allowed sets of PCRs, the matching set, and the nearest one. */
import { describe, expect, test } from 'vitest'
import { parseReferenceValues } from '../../../src/attestation/index.ts'
import {
  applyPolicy,
  EXPECTED_LABEL,
  readExpectedPcrs,
  readReferenceValues,
} from '../../../src/attestation/verify/policy.ts'
import type { Bytes } from '../../../src/base/bytes.ts'

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

test('without a match the nearest set has the most PCRs in common', () => {
  const result = applyPolicy(found({ 0: 0xa0, 3: 0xff, 8: 0xa8 }), SETS)
  expect(result).toEqual({
    ok: false,
    reason: 'PCR3 is ffffffffffffffff…, not a3a3a3a3a3a3a3a3… (nearest: "echo 1.0")',
    expected: `PCR3 ${pcr('a3')}`,
    found: `PCR3 ${pcr('ff')}`,
  })
})

test('the nearest set does not depend on the order of the sets', () => {
  const result = applyPolicy(found({ 0: 0xb0, 8: 0xff }), SETS.toReversed())
  expect(result.reason).toContain('nearest: "echo 1.1"')
})

test('of sets with equally many common PCRs, the nearest has the fewest differences', () => {
  expect(applyPolicy(found({ 0: 1, 3: 2, 8: 3 }), SETS).reason).toContain(
    'nearest: "anything of the release key"',
  )
})

test('a missing PCR matches nothing', () => {
  expect(applyPolicy(found({ 0: 0xb0 }), SETS)).toMatchObject({
    ok: false,
    reason: 'PCR8 is absent, not a8a8a8a8a8a8a8a8… (nearest: "echo 1.1")',
  })
})

test('of equally near sets, the first one is named', () => {
  const set = (label: string) => ({ label, pcrs: { 0: pcr('11') } })
  const sets = readReferenceValues({ version: 1, allowed: [set('first'), set('second')] })
  for (const [order, nearest] of [
    [sets, 'first'],
    [sets.toReversed(), 'second'],
  ] as const) {
    expect(applyPolicy(found({ 0: 1 }), order).reason).toContain(`(nearest: "${nearest}")`)
  }
})

test('the reason names all differences, and the label of the set if it has one', () => {
  const pcrs = readExpectedPcrs({ 0: pcr('11'), 8: pcr('22'), 31: pcr('33') })
  const differing = 'PCR0 is 0101010101010101…, not 1111111111111111…; PCR31 is absent, not 3333333333333333…'
  expect(applyPolicy(found({ 0: 1, 8: 0x22 }), [{ label: EXPECTED_LABEL, pcrs }])).toEqual({
    ok: false,
    reason: differing,
    expected: `PCR0 ${pcr('11')}, PCR31 ${pcr('33')}`,
    found: `PCR0 ${pcr('01')}, PCR31 absent`,
  })
  const named = { label: 'mine', pcrs }
  expect(applyPolicy(found({ 0: 1, 8: 0x22 }), [named]).reason).toBe(`${differing} (nearest: "mine")`)
  expect(
    applyPolicy(found({ 0: 1, 8: 0x22 }), [
      { label: EXPECTED_LABEL, pcrs },
      { label: EXPECTED_LABEL, pcrs },
    ]).reason,
  ).toBe(`${differing} (nearest: "the expected PCRs")`)
  expect(applyPolicy(found({ 0: 0x11, 8: 0x22, 31: 0x33 }), [named])).toEqual({
    ok: true,
    reason: 'PCR0, PCR8, PCR31 as in "mine"',
  })
})

describe('the PCRs of a set', () => {
  test.each([
    [{ 0: pcr('ab') }, [0]],
    [{ PCR31: pcr('AB') }, [31]],
    [{ '07': new Uint8Array(48).fill(0xab) }, [7]],
    [new Map([[5, pcr('ab')]]), [5]],
    [new Map([['PCR9', pcr('ab')]]), [9]],
  ])('may be %o', (value, indexes) => {
    const pcrs = readExpectedPcrs(value)
    expect([...pcrs.keys()]).toEqual(indexes)
    expect([...pcrs.values()]).toEqual([new Uint8Array(48).fill(0xab)])
  })

  test.each<[string, unknown, string]>([
    ['PCR 32', { 32: pcr('00') }, 'unknown PCR; expected 0 to 31; got 32'],
    ['PCR 100', { 100: pcr('00') }, 'unknown PCR'],
    ['PCR -1', { '-1': pcr('00') }, 'unknown PCR'],
    ['a PCR with an invalid name', { pcr0: pcr('00') }, 'unknown PCR'],
    [
      '47 bytes',
      { 0: new Uint8Array(47) },
      'the value of PCR0 is not a valid PCR value; expected 48 bytes, or 96 hexadecimal digits; got 47 bytes',
    ],
    ['49 bytes', { 0: new Uint8Array(49) }, 'got 49 bytes'],
    ['94 digits', { 0: '00'.repeat(47) }, 'got 47 bytes'],
    ['98 digits', { 0: '00'.repeat(49) }, 'got 49 bytes'],
    ['95 digits', { 0: '0'.repeat(95) }, 'got string'],
    ['other letters', { 0: 'xy'.repeat(48) }, 'got string'],
    ['a list of numbers', { 0: Array(48).fill(0) }, 'got object'],
    ['nothing at all', null, 'a set of PCRs must be an object; expected an object; got null'],
    ['a list', [pcr('00')], 'a set of PCRs must be an object'],
    ['a text', pcr('00'), `got "${pcr('00').slice(0, 79)}`],
    ['no PCR', {}, 'a set without PCRs would allow every document'],
    ['no PCR in a map', new Map(), 'a set without PCRs would allow every document'],
    ['a PCR twice', { 0: pcr('00'), '00': pcr('00') }, 'a set names a PCR twice'],
  ])('must not be %s', (_, value, message) => {
    expect(() => readExpectedPcrs(value)).toThrow(message)
  })
})

test.each<[string, unknown, string]>([
  ['an unknown version', { version: 2, allowed: [] }, 'unknown version; expected 1; got 2'],
  ['no version', { allowed: [] }, 'unknown version; expected 1; got undefined'],
  ['no list', { version: 1, allowed: {} }, 'the list "allowed" is missing or empty'],
  ['an empty list', { version: 1, allowed: [] }, 'the list "allowed" is missing or empty'],
  ['an unknown name', { version: 1, allowed: [{}], more: 1 }, 'unknown name'],
  ['a set that is null', { version: 1, allowed: [null] }, 'a set must be an object'],
  ['a set that is a list', { version: 1, allowed: [[]] }, 'a set must be an object'],
  ['a label that is a number', { version: 1, allowed: [{ label: 5, pcrs: {} }] }, 'a set has no label'],
  ['an empty label', { version: 1, allowed: [{ label: '', pcrs: {} }] }, 'a set has no label'],
])('reference values with %s are refused', (_, value, message) => {
  expect(() => readReferenceValues(value)).toThrow(
    expect.objectContaining({ code: 'E_POLICY_FORMAT', message: expect.stringContaining(message) }),
  )
})

describe('a file of reference values is refused with', () => {
  test.each<[what: string, text: string, code: string]>([
    ['invalid JSON', '{', 'E_POLICY_FORMAT'],
    ['a list', '[]', 'E_POLICY_FORMAT'],
    ['a member twice', `{"version":1,"allowed":[],${FILE.trim().slice(1)}`, 'E_POLICY_FORMAT'],
    ['lists nested too deeply', '['.repeat(100_000), 'E_POLICY_FORMAT'],
    ['no version', '{"allowed":[]}', 'E_POLICY_FORMAT'],
    ['no allowed set', '{"version":1,"allowed":[]}', 'E_POLICY_FORMAT'],
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
    ['an empty set', '{"version":1,"allowed":[{"label":"x","pcrs":{}}]}', 'E_POLICY_FORMAT'],
    ['a short PCR', '{"version":1,"allowed":[{"label":"x","pcrs":{"0":"00"}}]}', 'E_POLICY_PCR'],
    [
      'an unknown PCR',
      `{"version":1,"allowed":[{"label":"x","pcrs":{"40":"${pcr('00')}"}}]}`,
      'E_POLICY_PCR',
    ],
  ])('%s', (_, text, code) => {
    expect(() => parseReferenceValues(text)).toThrow(expect.objectContaining({ code }))
  })
})
