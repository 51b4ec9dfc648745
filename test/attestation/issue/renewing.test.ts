/** Renewal of a value that expires: in the background when it is due, and before it is returned when it is late. */
import { expect, test } from 'vitest'
import { Renewing } from '../../../src/attestation/issue/renewing.ts'

const life = (now: number) => ({ notBefore: now, notAfter: now + 100 })

test('a value is renewed in the background when due, and before it is returned when late', async () => {
  let now = 0
  let made = 0
  const renewing = new Renewing(
    async () => ({ ...life(now), number: ++made }),
    () => now,
    { latest: 10, due: 30 },
  )
  expect(await renewing.get()).toMatchObject({ number: 1 })
  now = 70
  expect(renewing.get()).toMatchObject({ number: 1 })
  now = 71
  expect(renewing.get()).toMatchObject({ number: 1 })
  await Promise.resolve()
  await new Promise((resolve) => setTimeout(resolve))
  expect(renewing.get()).toMatchObject({ number: 2 })
  now = 171
  const late = renewing.get()
  expect(late).toBeInstanceOf(Promise)
  expect(await late).toMatchObject({ number: 3 })
})

test('a failure in the background is ignored, and the renewal is tried again', async () => {
  let now = 0
  let fails = false
  const make = async () => {
    if (fails) throw new Error('no key')
    return life(now)
  }
  const renewing = new Renewing(make, () => now, { latest: 10, due: 30 })
  await renewing.get()
  fails = true
  now = 80
  expect(renewing.get()).toMatchObject({ notAfter: 100 })
  await new Promise((resolve) => setTimeout(resolve))
  now = 95
  await expect(renewing.get()).rejects.toThrow('no key')
  fails = false
  expect(await renewing.get()).toMatchObject({ notAfter: 195 })
})

test.each([
  [-1, 'waits'],
  [0, 'returns it'],
  [70, 'returns it'],
  [71, 'renews it in the background'],
  [90, 'renews it in the background'],
  [91, 'waits'],
  [100, 'waits'],
])('at %s, for a value valid from 0 to 100, due at 70 and late at 90, get %s', async (moment, outcome) => {
  let now = 0
  let made = 0
  const make = async () => ({ ...life(now), number: ++made })
  const renewing = new Renewing(make, () => now, { latest: 10, due: 30 })
  const first = await renewing.get()
  now = moment
  const second = renewing.get()
  expect(second === first).toBe(outcome !== 'waits')
  expect(made).toBe(outcome === 'returns it' ? 1 : 2)
  expect(await second).toMatchObject({ number: outcome === 'waits' ? 2 : 1 })
})

test('concurrent callers share one renewal', async () => {
  let made = 0
  const renewing = new Renewing(
    async () => ({ ...life(0), number: ++made }),
    () => 0,
    { latest: 10, due: 30 },
  )
  const first = renewing.get()
  expect(renewing.get()).toBe(first)
  await first
  expect(made).toBe(1)
})
