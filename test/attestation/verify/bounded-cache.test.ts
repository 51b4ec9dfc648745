/** What is remembered between verifications: by the whole of the bytes, bounded, and never a failure. */
import { describe, expect, test } from 'vitest'
import { BoundedCache } from '../../../src/attestation/verify/bounded-cache.ts'

describe('BoundedCache', () => {
  test('computes a result once for equal bytes in any buffer', () => {
    const kept = new BoundedCache<object>()
    const first = kept.get(Uint8Array.of(1, 2, 255), () => ({}))
    expect(kept.get(new Uint8Array([0, 1, 2, 255]).subarray(1), () => ({}))).toBe(first)
    expect(kept.get(Uint8Array.of(1, 2, 254), () => ({}))).not.toBe(first)
    expect(kept.get(Uint8Array.of(1, 2), () => ({}))).not.toBe(first)
  })

  test('does not cache a failure', () => {
    const kept = new BoundedCache<number>()
    const fail = () => {
      throw new RangeError('no answer')
    }
    expect(() => kept.get('root', fail)).toThrow(RangeError)
    expect(kept.get('root', () => 7)).toBe(7)
  })

  test('holds at most 64 results', () => {
    const kept = new BoundedCache<number>()
    let made = 0
    const ask = (name: string) => kept.get(name, () => made++)
    for (let count = 0; count < 64; count++) ask(`${count}`)
    expect(ask('0')).toBe(0)
    ask('one more')
    expect(ask('0')).toBe(65)
  })
})
