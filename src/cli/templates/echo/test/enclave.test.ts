/** The service in an enclave. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Echo, startEcho } from '../host/echo.ts'

let echo: Echo
beforeAll(async () => {
  echo = await startEcho()
}, 60_000)
afterAll(() => echo.stop())

test('it answers', async () => {
  expect(await echo.client.call.echo({ text: 'hello' })).toBe('HELLO')
})

test('it proves which image it is', async () => {
  expect(await echo.verify()).toBe(true)
})
