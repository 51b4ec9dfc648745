/** Keys: their lives, and the requests that each has taken. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { x25519Kem } from '../../../src/sdk/channel/kem.ts'
import { type KeyLimits, KeyRing } from '../../../src/sdk/channel/keys.ts'
import { Taken } from '../../../src/sdk/channel/taken.ts'

const enc = (number: number) => {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

describe('the requests that were taken', () => {
  test('are each taken once', () => {
    const taken = new Taken(100_000)
    for (let count = 0; count < 20_000; count++) expect(taken.add(enc(count))).toBe(true)
    for (let count = 0; count < 20_000; count++) expect(taken.add(enc(count))).toBe(false)
    expect(taken.count).toBe(20_000)
    expect([taken.has(enc(19_999)), taken.has(enc(20_000))]).toEqual([true, false])
  })

  test('are no more than may be taken', () => {
    const taken = new Taken(3)
    for (let count = 0; count < 3; count++) taken.add(enc(count))
    expect([taken.isFull, taken.add(enc(3)), taken.has(enc(3)), taken.has(enc(2))]).toEqual([
      true,
      false,
      false,
      true,
    ])
  })
})

describe('keys', () => {
  let now = 0
  beforeEach(() => {
    now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
  })
  afterEach(() => vi.restoreAllMocks())
  const ring = (limits: Partial<KeyLimits> = {}) =>
    new KeyRing([x25519Kem], { lifetime: 100, grace: 50, exchanges: 8, ...limits })

  test('are offered for their lifetime, accepted for a while after that, and then forgotten', () => {
    const keys = ring()
    const first = keys.current().keys[0]!
    const forget = vi.spyOn(first, 'forget')
    now = 99
    expect(keys.current().keys[0]).toBe(first)
    now = 100
    const second = keys.current().keys[0]!
    expect(second).not.toBe(first)
    expect(second.config.id).not.toBe(first.config.id)
    now = 149
    expect(keys.find(first.config.id, first.config.kem)).toBe(first)
    expect(keys.all()).toEqual([second, first])
    now = 150
    expect(keys.find(first.config.id, first.config.kem)).toBeUndefined()
    expect(forget).toHaveBeenCalledTimes(1)
    expect(keys.find(second.config.id, second.config.kem)).toBe(second)
  })

  test('are replaced for new callers once they have taken half of their number', () => {
    const keys = ring()
    const { taken } = keys.current().keys[0]!
    for (let count = 0; count < 3; count++) taken.add(enc(count))
    expect(keys.current().keys[0]!.taken).toBe(taken)
    taken.add(enc(3))
    expect(keys.current().keys[0]!.taken).not.toBe(taken)
  })

  test('are kept of four generations only, however fast they are replaced', () => {
    const keys = ring({ exchanges: 2 })
    const [first] = keys.current().keys
    for (let count = 0; count < 10; count++) keys.current().keys[0]!.taken.add(enc(count))
    expect(keys.all()).toHaveLength(4)
    expect(keys.find(first!.config.id, first!.config.kem)).toBeUndefined()
  })

  test('are found only with their own mechanism', () => {
    const keys = ring()
    const { id, kem } = keys.current().keys[0]!.config
    expect(keys.find(id, kem)).toBeDefined()
    expect(keys.find(id, kem + 1)).toBeUndefined()
    expect(keys.find((id + 1) % 256, kem)).toBeUndefined()
  })
})
