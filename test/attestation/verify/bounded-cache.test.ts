/** The cache of results between verifications. */
import { describe, expect, test } from 'vitest'
import { BoundedCache } from '../../../src/attestation/verify/bounded-cache.ts'

describe('BoundedCache', () => {
  test('computes a result once for equal bytes in any buffer', () => {
    const cache = new BoundedCache<object>()
    const first = cache.get(Uint8Array.of(1, 2, 255), () => ({}))
    expect(cache.get(new Uint8Array([0, 1, 2, 255]).subarray(1), () => ({}))).toBe(first)
    expect(cache.get(Uint8Array.of(1, 2, 254), () => ({}))).not.toBe(first)
    expect(cache.get(Uint8Array.of(1, 2), () => ({}))).not.toBe(first)
  })

  test('does not cache a failure', () => {
    const cache = new BoundedCache<number>()
    const fail = () => {
      throw new RangeError('no answer')
    }
    expect(() => cache.get('root', fail)).toThrow(RangeError)
    expect(cache.get('root', () => 7)).toBe(7)
  })

  test('holds at most 64 results', () => {
    const cache = new BoundedCache<number>()
    let made = 0
    const get = (name: string) => cache.get(name, () => made++)
    for (let count = 0; count < 64; count++) get(`${count}`)
    expect(get('0')).toBe(0)
    get('one more')
    expect(get('0')).toBe(65)
  })
})
