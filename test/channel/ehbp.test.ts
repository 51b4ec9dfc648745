/** The unmodified client of EHBP, npm's `ehbp`, speaks with an enclave through a server of this machine. */
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createTransport, Identity, KeyConfigMismatchError, Transport } from 'ehbp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toHex } from '../../src/base/bytes.ts'
import { type RealEnclave, startEnclave } from './real-enclave.ts'

let real: RealEnclave
let address: string
let captured: string[] = []
let server: ReturnType<typeof serve>
/** Changes what the parent carries. */
let change: (body: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> = (body) => body

beforeAll(async () => {
  real = await startEnclave({ env: { EXCHANGES: '64' } })
  const fetch = async (request: Request) => {
    const { method, url, headers } = request
    const body = method === 'GET' ? undefined : new Uint8Array(await request.arrayBuffer())
    if (body) captured.push(new TextDecoder('latin1').decode(body))
    const answer = await real.front(url, { method, headers, ...(body && { body: change(body) }) })
    if (!answer.body) return answer
    const [one, other] = answer.body.tee()
    new Response(one).text().then(
      (text) => captured.push(text),
      () => {},
    )
    return new Response(other, answer)
  }
  server = serve({ fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await real[Symbol.asyncDispose]()
})

describe('the client of EHBP', () => {
  test('gets its answers, which the parent cannot read', async () => {
    captured = []
    const transport = await createTransport(address)
    const answer = await transport.post(`${address}/echo`, 'a secret body')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('a secret body')
    expect(captured.length).toBeGreaterThan(1)
    expect(captured.join()).not.toContain('secret body')
    // What it does not hide.
    expect(answer.headers.get('x-inner')).toBe('secret-header')
  })

  test('gets a stream', async () => {
    const transport = await createTransport(address)
    const answer = await transport.post(`${address}/ticks`, 'begin')
    expect(await answer.text()).toBe('tick 0\ntick 1\ntick 2\n')
  })

  test('carries a megabyte there and back', async () => {
    const transport = await createTransport(address)
    const body = new Uint8Array(1 << 20).fill(5)
    const answer = await transport.post(`${address}/echo`, body)
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(body)
  })

  test('may take its key from an attestation document', async () => {
    const client = await real.client()
    const { publicKey } = client.attestation
    // After the key's id and the number of its mechanism.
    const key = toHex(publicKey!.subarray(3, 35))
    expect(await (await createTransport(address)).getServerPublicKeyHex()).toBe(key)
    const transport = new Transport(await Identity.fromPublicKeyHex(key), new URL(address).host)
    expect(await (await transport.post(`${address}/echo`, 'proved')).text()).toBe('proved')
  })

  test('learns that a key is not one of the enclave', async () => {
    const transport = new Transport(await Identity.generate(), new URL(address).host)
    await expect(transport.post(`${address}/count`, 'a')).rejects.toBeInstanceOf(KeyConfigMismatchError)
  })

  test('cannot be made to have a request executed twice', async () => {
    const transport = await createTransport(address)
    let first: Uint8Array<ArrayBuffer> | undefined
    change = (body) => (first = body)
    let headers: Headers | undefined
    const { fetch } = globalThis
    globalThis.fetch = (input, init) => {
      headers = new Headers((input as Request).headers)
      return fetch(input, init)
    }
    const answer = await transport.post(`${address}/count`, 'a')
    globalThis.fetch = fetch
    change = (body) => body
    const count = Number(await answer.text())
    const again = await real.front(`${address}/count`, { method: 'POST', headers: headers!, body: first! })
    expect(again.status).toBe(409)
    // The control: another request is executed, and is the next one.
    expect(await (await transport.post(`${address}/count`, 'a')).json()).toBe(count + 1)
  })

  test('gets no answer to a request without a body, which would be in clear', async () => {
    const transport = await createTransport(address)
    expect((await transport.get(`${address}/hello`)).status).toBe(403)
  })

  test.each([
    [
      'a changed bit',
      (body: Uint8Array<ArrayBuffer>) => body.map((byte, at) => (at === 10 ? byte ^ 1 : byte)),
    ],
    ['a wrong length', (body: Uint8Array<ArrayBuffer>) => body.map((byte, at) => (at === 0 ? 0xff : byte))],
    ['a cut chunk', (body: Uint8Array<ArrayBuffer>) => body.slice(0, -1)],
    ['nothing', () => new Uint8Array()],
  ])('has its request refused with %s', async (_, tampering) => {
    const transport = await createTransport(address)
    change = tampering
    await expect(transport.post(`${address}/echo`, 'a secret body')).rejects.toThrow(/./)
    change = (body) => body
    expect(await (await transport.post(`${address}/echo`, 'a secret body')).text()).toBe('a secret body')
  })

  test('renews its key when it has taken its number of requests', async () => {
    const old = await createTransport(address)
    const refused = async () => {
      for (let count = 0; count < 70; count++) await (await old.post(`${address}/hello`, 'a')).text()
    }
    await expect(refused()).rejects.toBeInstanceOf(KeyConfigMismatchError)
    expect(await (await (await createTransport(address)).post(`${address}/echo`, 'new')).text()).toBe('new')
  })
})
