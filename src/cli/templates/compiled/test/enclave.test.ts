/** The guest in an enclave. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Shout, startShout } from '../host/shout.ts'

let shout: Shout
beforeAll(async () => {
  shout = await startShout()
}, 60_000)
afterAll(() => shout.stop())

test('it answers in upper case, one connection after another', async () => {
  expect(await shout.ask('hello')).toBe('HELLO')
  expect(await shout.ask('')).toBe('')
})

test('it answers a text that is larger than its buffer', async () => {
  const text = 'abcdefghij'.repeat(100_000)
  expect(await shout.ask(text)).toBe(text.toUpperCase())
})
