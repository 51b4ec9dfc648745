/** Exchanges and calls with an enclave in this process. */
import { describe, expect, test } from 'vitest'
import { createAttestedClient } from '../../src/channel/index.ts'
import { localEnclave } from '../sdk/channel/enclave.ts'

describe('fetch', () => {
  test('reaches the handler, and gives its answer', async () => {
    const { options } = localEnclave(async (request) => {
      const { method, url } = request
      return Response.json({ method, url, body: await request.text(), own: request.headers.get('x-own') })
    })
    const client = await createAttestedClient(options)
    const answer = await client.fetch('/notes?a=1', {
      method: 'POST',
      body: 'a secret',
      headers: { 'x-own': 'yes' },
    })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      method: 'POST',
      url: 'https://enclave.example/notes?a=1',
      body: 'a secret',
      own: 'yes',
    })
  })
})

describe('calls', () => {
  test('give what the functions return', async () => {
    const handlers = { add: ({ a, b }: { a: number; b: number }) => a + b }
    const { options } = localEnclave(() => new Response('none'), { calls: handlers })
    const client = await createAttestedClient(options)
    expect(await client.calls<typeof handlers>().add({ a: 1, b: 2 })).toBe(3)
  })
})
