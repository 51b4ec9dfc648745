/** A real enclave that serves hono and calls behind an attested channel, by `serveHttp` and its front. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AttestedClient } from '../../src/channel/index.ts'
import type { ChannelHandlers } from '../guests/channel.ts'
import { type RealEnclave, startEnclave } from './real-enclave.ts'

let real: RealEnclave
let client: AttestedClient
beforeAll(async () => {
  real = await startEnclave()
  client = await real.client()
})
afterAll(() => real[Symbol.asyncDispose]())

describe('fetch', () => {
  test('gives what the application answers', async () => {
    const answer = await client.fetch('/hello')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain;charset=UTF-8'])
    expect(await answer.text()).toBe('hello')
    expect((await client.fetch('/nothing')).status).toBe(404)
  })

  test.each([0, 1, 16_383, 16_384, 16_385, 100_000, 3_000_000])(
    'carries %i bytes there and back',
    async (length) => {
      const body = crypto.getRandomValues(new Uint8Array(Math.min(length, 65_536)))
      const whole = new Uint8Array(length).map((_, at) => body[at % body.length]!)
      const answer = await client.fetch('/echo', { method: 'POST', body: whole })
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(whole)
      expect(await (await client.fetch('/length', { method: 'POST', body: whole })).json()).toBe(length)
    },
  )

  test('streams in both directions at the same time', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const answer = await client.fetch('/echo', { method: 'POST', body: readable })
    const reader = answer.body!.getReader()
    for (const text of ['one', 'two', 'three']) {
      // The answer to each is there before the next is sent.
      void writer.write(new TextEncoder().encode(text))
      expect(new TextDecoder().decode((await reader.read()).value)).toBe(text)
    }
    await writer.close()
    expect((await reader.read()).done).toBe(true)
  })

  test('gives a stream as it is made', async () => {
    const answer = await client.fetch('/ticks', { method: 'POST', body: 'begin' })
    expect(await answer.text()).toBe('tick 0\ntick 1\ntick 2\n')
  })

  test('gives no answer that was read before for one with another body', async () => {
    const statusAndText = async (path: string) => {
      const answer = await client.fetch(path)
      return [answer.status, await answer.text()]
    }
    expect(await statusAndText('/kept')).toEqual([200, 'kept'])
    expect(await statusAndText('/kept')).toEqual([500, ''])
    expect(await statusAndText('/half-read')).toEqual([500, ''])
  })

  test('many at once are answered, each with its own', async () => {
    const texts = Array.from({ length: 100 }, (_, count) => `text ${count}`)
    const answers = texts.map(async (body) => (await client.fetch('/echo', { method: 'POST', body })).text())
    expect(await Promise.all(answers)).toEqual(texts)
  })

  test('refuses a URL of another origin', async () => {
    await expect(client.fetch('https://other.example/')).rejects.toMatchObject({ code: 'E_CHANNEL_OPTION' })
  })
})

describe('calls', () => {
  const call = () => client.calls<ChannelHandlers>()

  test('have values of all kinds', async () => {
    expect(await call().add({ a: 1, b: 2 })).toBe(3)
    const values = [null, true, -1, 2 ** 40, 1.5, 12n, 'text', new Date(5), Uint8Array.of(1, 2), { a: [1] }]
    const answer = (await call().echo(values)) as unknown[]
    expect(answer.slice(0, -1)).toEqual(values.slice(0, -1))
    expect(Object.getPrototypeOf(answer.at(-1))).toBe(null)
  })

  test('have large values', async () => {
    const bytes = new Uint8Array(3_000_000).fill(7)
    expect(await call().echo(bytes)).toEqual(bytes)
  })

  test('stream their results, their requests, and both', async () => {
    const from = async function* (...items: number[]) {
      yield* items
    }
    const numbers: number[] = []
    for await (const item of await call().numbers({ to: 1000 })) numbers.push(item)
    expect(numbers).toHaveLength(1000)
    expect(await call().sum(from(1, 2, 3))).toBe(6)
    const doubled: number[] = []
    for await (const item of await call().doubled(from(1, 2, 3))) doubled.push(item)
    expect(doubled).toEqual([2, 4, 6])
  })

  test('fail with the code of the function, or of an unknown one', async () => {
    await expect(call().fail({ code: 'E_MY_OWN' })).rejects.toMatchObject({ code: 'E_MY_OWN' })
    const unknown = client.calls<{ other: () => number }>().other()
    await expect(unknown).rejects.toMatchObject({ code: 'E_SERVICE_METHOD' })
  })

  test('end with their signal and their deadline, and the function’s own signal aborts', async () => {
    const controller = new AbortController()
    const pending = call().never(null, { signal: controller.signal })
    await expect.poll(() => call().executed()).toContain('begun')
    controller.abort(new Error('enough'))
    await expect(pending).rejects.toThrow('enough')
    await expect.poll(() => call().executed()).toContain('aborted')
    await expect(call().never(null, { deadline: 5 })).rejects.toMatchObject({ code: 'E_SERVICE_DEADLINE' })
  })

  test('end a stream that is left early', async () => {
    for await (const item of await call().numbers({ to: 1_000_000 })) if (item === 3) break
    expect(await call().add({ a: 1, b: 1 })).toBe(2)
  })
})
