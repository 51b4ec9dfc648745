/** The connections of `fetch`, and `connect`: through the proxy, with TLS that ends in the enclave. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openProxy } from '../../src/proxy/index.ts'
import { FetchLab } from './fetch-lab.ts'

let network: FetchLab
beforeAll(async () => {
  network = await FetchLab.open()
})
afterAll(() => network[Symbol.asyncDispose]())

describe('fetch', () => {
  test('uses a connection again', async () => {
    await network.fetched('/hello')
    const before = network.connections
    await network.lab.run(
      `for (let count = 0; count < 10; count++) await (await fetch('${network.url}/hello')).text()`,
    )
    expect(network.connections - before).toBeLessThanOrEqual(1)
  })

  test('waits for a place if there are more requests than connections', async () => {
    const all = await network.lab.run<
      string[]
    >(`const one = async () => (await fetch('${network.url}/hello')).text()
      return Promise.all(Array.from({ length: 120 }, one))`)
    expect(new Set(all)).toEqual(new Set(['hello']))
    expect(all).toHaveLength(120)
  })

  test('fails for a body that is larger than the memory, and the enclave goes on', async () => {
    const outcomes = await network.lab.run<string[]>(`const outcomes = []
      for (const left of [1, 2, 3, 5, 9, 17]) {
        // All memory but so many MiB.
        let ballast = []
        try { for (;;) ballast.push(new ArrayBuffer(1 << 20)) } catch {}
        ballast.length = Math.max(0, ballast.length - left)
        try { await (await fetch('${network.plainUrl}/endless')).text() } catch (error) { outcomes.push(error.message) }
        ballast = undefined
      }
      return outcomes`)
    expect(new Set(outcomes)).toEqual(new Set(['the body is too large for the memory that is left']))
    expect(outcomes).toHaveLength(6)
    expect(await network.fetched('/hello')).toBe('hello')
  })

  test('reaches a host through a relay that leads to it alone', async () => {
    const { port } = new URL(network.url)
    const destination = { address: 'localhost', port: Number(port) }
    await using _relay = openProxy(network.lab.parent, {
      port: 8124,
      destination,
      allowlist: [destination, '127.0.0.1:*'],
    })
    expect(await network.lab.run(`return (await fetch('https://relay.example/hello')).text()`)).toBe('hello')
  })

  test('gives up the connections of bodies that nobody reads', async () => {
    const statuses = await network.lab.run<number[]>(`const statuses = []
      for (let count = 0; count < 100; count++) statuses.push((await fetch('${network.url}/large')).status)
      return statuses`)
    // More than there can be sessions.
    expect(statuses).toEqual(Array.from({ length: 100 }, () => 200))
  })
})

describe('connect', () => {
  const [tls, none] = ['{ tls: true }', '{}']

  test.each([
    ['with TLS', () => network.url, tls, 'TLSv1.3'],
    ['without', () => network.plainUrl, none, 'none'],
  ])('reads and writes bytes %s', async (_, base, options, version) => {
    const { hostname, port } = new URL(base())
    const [answered, spoken] = await network.lab.run<[string, string?]>(
      `
      const socket = await sdk.connect('${hostname}', ${port}, ${options})
      await socket.write(new TextEncoder().encode('GET /hello HTTP/1.1\\r\\nhost: a\\r\\nconnection: close\\r\\n\\r\\n'))
      let all = ''
      for await (const bytes of socket) all += new TextDecoder().decode(bytes)
      return [all, socket.tlsVersion ?? 'none']`,
    )
    expect(answered).toMatch(/^HTTP\/1\.1 200 OK.*hello/s)
    expect(spoken).toBe(version)
  })

  test('says what is wrong with the certificate', async () => {
    const { port } = new URL(network.url)
    const code = (options: string) =>
      network.lab.run(
        `try { await sdk.connect('localhost', ${port}, ${options}) } catch (error) { return [error instanceof sdk.EnclaveError, error.code] }`,
      )
    expect(await code(`{ tls: { name: 'other.example' } }`)).toEqual([true, 'E_TLS_NAME'])
    expect(await network.lab.attempt(`await sdk.connect(1, 2)`)).toMatchObject({
      error: { code: 'E_ARGUMENT' },
    })
  })
})
