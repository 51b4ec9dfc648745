/** A parent that answers in the enclave's place, or makes a caller do without the channel. */
import { describe, expect, test, vi } from 'vitest'
import { createAttestedClient } from '../../../src/channel/index.ts'
import { ANSWER_TYPE, ATTESTATION_PATH, GATEWAY_PATH, KEY_PROBLEM } from '../../../src/channel/wire/names.ts'
import { problemAnswer } from '../../../src/channel/wire/problem.ts'
import { localEnclave, URL_OF_ENCLAVE } from '../../sdk/channel/enclave.ts'
import { hostileParent } from './parent.ts'

const isExchange = (url: URL, { method }: RequestInit) => url.pathname === GATEWAY_PATH && method === 'POST'

async function answeredBy(own: () => Response) {
  const enclave = localEnclave(() => new Response('the enclave’s answer'))
  let isHonest = false
  const parent = hostileParent(enclave.fetch, {
    instead: (url, init) => (isExchange(url, init) && !isHonest ? own() : undefined),
  })
  const client = await createAttestedClient({ ...enclave.options, fetch: parent.fetch })
  return { client, beHonest: () => (isHonest = true) }
}

describe('an answer that the enclave has not sealed', () => {
  test.each<[string, () => Response, string]>([
    ['in clear', () => new Response('forged'), 'E_CHANNEL_REFUSED'],
    ['in clear, of the right type', () => new Response('forged', typed), 'E_CHANNEL_MESSAGE'],
    [
      'random, of the right type',
      () => new Response(new Uint8Array(100).fill(5), typed),
      'E_CHANNEL_MESSAGE',
    ],
    [
      'of EHBP',
      () => new Response('forged', { headers: { 'ehbp-response-nonce': '00'.repeat(32) } }),
      'E_CHANNEL_REFUSED',
    ],
    ['an error', () => new Response('forged', { status: 502 }), 'E_CHANNEL_REFUSED'],
    [
      'a redirect',
      () => new Response(null, { status: 307, headers: { location: '/x' } }),
      'E_CHANNEL_REFUSED',
    ],
    ['endless', () => new Response(endless(), { status: 500 }), 'E_CHANNEL_ANSWER'],
  ])('is refused: %s', async (_, own, code) => {
    const { client, beHonest } = await answeredBy(own)
    await expect(client.fetch('/', { method: 'POST', body: 'a' })).rejects.toMatchObject({ code })
    beHonest()
    expect(await (await client.fetch('/')).text()).toBe('the enclave’s answer')
  })
})

const typed = { headers: { 'content-type': ANSWER_TYPE } }
const endless = () =>
  new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(65536)) })

describe('a parent that says that the key is unknown', () => {
  const lie = () => problemAnswer(400, { type: KEY_PROBLEM, title: 'lie' })

  /** It lets the request through, and then lies. */
  async function liar() {
    const executed = vi.fn()
    const enclave = localEnclave((request) => {
      executed(request.method)
      return new Response('done')
    })
    let isHonest = false
    const parent = hostileParent(enclave.fetch, {
      instead: async (url, init) => {
        if (!isExchange(url, init) || isHonest) return undefined
        await enclave.fetch(url.href, init)
        isHonest = true
        return lie()
      },
    })
    const client = await createAttestedClient({ ...enclave.options, fetch: parent.fetch })
    return { client, executed, parent }
  }

  test('does not make a request be executed twice', async () => {
    const { client, executed } = await liar()
    await expect(client.fetch('/', { method: 'POST', body: 'pay' })).rejects.toMatchObject({
      code: 'E_CHANNEL_REFUSED',
    })
    expect(executed).toHaveBeenCalledTimes(1)
  })

  test('nor a call', async () => {
    const handlers = { pay: vi.fn(() => 'paid') }
    const enclave = localEnclave(() => new Response(), { calls: handlers })
    const parent = hostileParent(enclave.fetch, {
      instead: async (url, init) => {
        if (!isExchange(url, init)) return undefined
        await enclave.fetch(url.href, init)
        return lie()
      },
    })
    const client = await createAttestedClient({ ...enclave.options, fetch: parent.fetch })
    await expect(client.calls<typeof handlers>().pay()).rejects.toMatchObject({ code: 'E_CHANNEL_REFUSED' })
    expect(handlers.pay).toHaveBeenCalledTimes(1)
  })

  test('makes a request that has no effect be sent again, once (the control)', async () => {
    const { client, executed, parent } = await liar()
    expect(await (await client.fetch('/')).text()).toBe('done')
    expect(executed).toHaveBeenCalledTimes(2)
    expect(parent.capture().match(new RegExp(ATTESTATION_PATH, 'g'))).toHaveLength(2)
  })

  test('does so again and again: the client gives up', async () => {
    const { client } = await answeredBy(lie)
    await expect(client.fetch('/')).rejects.toMatchObject({ code: 'E_CHANNEL_KEY' })
  })
})

describe('a key that has taken as many requests as it may', () => {
  const handlers = { add: ({ a, b }: { a: number; b: number }) => a + b }

  test('is replaced, and the calls go on, because the enclave proves that it has not taken them', async () => {
    const enclave = localEnclave(() => new Response(), { calls: handlers, exchangesPerKey: 4 })
    const parent = hostileParent(enclave.fetch)
    const client = await createAttestedClient({ ...enclave.options, fetch: parent.fetch })
    const call = client.calls<typeof handlers>()
    for (let count = 0; count < 12; count++) expect(await call.add({ a: count, b: 1 })).toBe(count + 1)
    expect(parent.requests.length).toBeGreaterThan(12)
  })

  test('unless the statement is about another request', async () => {
    const enclave = localEnclave(() => new Response(), { calls: handlers, exchangesPerKey: 2 })
    let kept: string | undefined
    const fetch = async (input: string, init: RequestInit) => {
      const answer = await enclave.fetch(input, init)
      if (answer.status !== 400) return answer
      const text = await answer.text()
      kept ??= text
      return new Response(kept, { status: 400, headers: answer.headers })
    }
    const options = { ...enclave.options, fetch }
    const [one, two] = [await createAttestedClient(options), await createAttestedClient(options)]
    for (let count = 0; count < 2; count++) await one.calls<typeof handlers>().add({ a: 1, b: 1 })
    // The control: the first statement is about this request.
    expect(await one.calls<typeof handlers>().add({ a: 1, b: 1 })).toBe(2)
    await expect(two.calls<typeof handlers>().add({ a: 1, b: 1 })).rejects.toMatchObject({
      code: 'E_CHANNEL_REFUSED',
    })
  })
})

describe('requests in clear', () => {
  const ask = async (allowClear: boolean) => {
    const enclave = localEnclave(() => new Response('clear'), { allowClear })
    return enclave.fetch(`${URL_OF_ENCLAVE}/`, {})
  }
  test('are refused', async () => expect((await ask(false)).status).toBe(403))
  test('but not if the enclave allows them (the control)', async () =>
    expect(await (await ask(true)).text()).toBe('clear'))
})
