/** Renewal of what has an end: ahead of its time beside the work, and before the work where it is late. */
import { expect, test } from 'vitest'
import { Renewing } from '../../../src/attestation/authority/renewing.ts'

const life = (now: number) => ({ notBefore: now, notAfter: now + 100 })

test('beside the work when due, before the work when late', async () => {
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

test('a failure beside the work is not noticed, and tried again', async () => {
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
