import { describe, expect, test } from 'vitest'
import { pcrHex, pcrsFromHex, pcrsToHex } from '../../src/base/pcrs.ts'

const PCRS = new Map([
  [0, new Uint8Array(48).fill(0xab)],
  [16, new Uint8Array(48)],
])

describe('PCRs as text', () => {
  test('are printed by name, in lower case', () => {
    expect(pcrsToHex(PCRS)).toEqual({ PCR0: 'ab'.repeat(48), PCR16: '00'.repeat(48) })
    expect(pcrHex(PCRS, 0)).toBe('ab'.repeat(48))
  })

  test('survive a round trip through text, in either case of digits', () => {
    expect(pcrsFromHex(pcrsToHex(PCRS))).toEqual(PCRS)
    expect(pcrsFromHex({ PCR0: 'AB'.repeat(48), PCR16: '00'.repeat(48) })).toEqual(PCRS)
  })

  test('PCR31 is the last one', () => {
    expect(pcrsFromHex({ PCR31: '00'.repeat(48) }).has(31)).toBe(true)
    expect(() => pcrsFromHex({ PCR32: '00'.repeat(48) })).toThrow('E_PCR_INDEX')
  })

  test.each(['PCR', 'PCR-1', 'PCR00', 'PCR01', 'pcr0', '0', 'PCR0 ', ''])('%j is not a name', (name) => {
    expect(() => pcrsFromHex({ [name]: '00'.repeat(48) })).toThrow('E_PCR_INDEX')
  })

  test.each([
    ['47 bytes', '00'.repeat(47)],
    ['49 bytes', '00'.repeat(49)],
    ['half a byte', `${'00'.repeat(47)}0`],
    ['another character', `${'00'.repeat(47)}0g`],
    ['nothing', ''],
    ['a number', 0],
  ])('a value of %s is refused', (_, value) => {
    expect(() => pcrsFromHex({ PCR0: value as string })).toThrow('E_PCR_VALUE')
  })

  test('pcrHex refuses a register that is not present', () => {
    expect(() => pcrHex(PCRS, 1)).toThrow('E_PCR_INDEX: PCR1 is not present; expected one of 0, 16; got 1')
  })
})
