/** The proxy: bytes and half-close in both directions, backpressure, limits, and refusals. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EnclaveError } from '../../src/base/error.ts'
import { openProxy, type ProxyOptions, readAllowlist } from '../../src/proxy/index.ts'
import { Laboratory } from '../support/laboratory.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

/** A TCP server on loopback that allows half-open connections; `handle` gets each of them. */
async function listen(handle: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    handle(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function proxyTo(port: number, more: Partial<ProxyOptions> = {}) {
  const destination = { address: '127.0.0.1', port }
  return openProxy(lab.parent, { destination, allowlist: [destination], port: 8300, ...more })
}

const ASK = `const ask = async (text) => {
  const socket = await sdk.vsock.connect(8300)
  await socket.write(new TextEncoder().encode(text))
  socket.end()
  let answer = ''
  for await (const bytes of socket) answer += new TextDecoder().decode(bytes)
  socket.close()
  return answer
};`

describe('a proxy', () => {
  test('relays bytes and the end in both directions', async () => {
    await using server = await listen((socket) => {
      let heard = ''
      socket.on('data', (chunk) => {
        heard += chunk
      })
      // Only after the guest has ended its side.
      socket.on('end', () => socket.end(`heard ${heard}`))
    })
    await using proxy = proxyTo(server.port)
    expect(await lab.run(`${ASK} return await Promise.all([ask('one'), ask('two'), ask('three')])`)).toEqual([
      'heard one',
      'heard two',
      'heard three',
    ])
    await expect.poll(() => proxy.connections).toBe(0)
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  test('lets the guest keep sending after the server has ended its side', async () => {
    const heard = Promise.withResolvers<string>()
    await using server = await listen(async (socket) => {
      socket.end('welcome')
      let text = ''
      for await (const chunk of socket) text += chunk
      heard.resolve(text)
    })
    await using _ = proxyTo(server.port)
    await lab.run(`const socket = await sdk.vsock.connect(8300)
      for await (const bytes of socket);
      await socket.write(new TextEncoder().encode('still here'))
      socket.end()`)
    expect(await heard.promise).toBe('still here')
  })

  test('relays a megabyte unchanged', async () => {
    await using server = await listen((socket) => void socket.pipe(socket))
    await using _ = proxyTo(server.port)
    expect(
      await lab.run(`const socket = await sdk.vsock.connect(8300)
        const sent = sdk.randomBytes(4096)
        const write = async () => { for (let n = 0; n < 256; n++) await socket.write(sent); socket.end() }
        const read = async () => {
          const parts = []
          let at = 0, same = true
          for await (const bytes of socket) for (const byte of bytes) same &&= byte === sent[at++ % 4096]
          return [at, same]
        }
        return (await Promise.all([write(), read()]))[1]`),
    ).toEqual([1 << 20, true])
  })

  test('applies backpressure to a guest whose data are not read', async () => {
    await using server = await listen((socket) => void socket.pause())
    await using _ = proxyTo(server.port)
    const sent = await lab.run<number>(`const socket = await sdk.vsock.connect(8300)
      let sent = 0, stalled
      const write = async () => { for (;;) { await socket.write(new Uint8Array(65536)); sent += 65536 } }
      void write().catch(() => {})
      for (let before = -1; before !== sent; await new Promise((resume) => setTimeout(resume, 400))) before = sent
      socket.close()
      return sent`)
    // The operating system's buffers on loopback take the larger part of it.
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })

  test('resets connections above its limit', async () => {
    await using server = await listen(() => {})
    await using proxy = proxyTo(server.port, { maxConnections: 2 })
    expect(
      await lab.run(`const open = [await sdk.vsock.connect(8300), await sdk.vsock.connect(8300)]
        const third = await sdk.vsock.connect(8300).then((socket) => socket.read()).catch(({ code }) => code)
        for (const socket of open) socket.close()
        return third`),
    ).toBe('reset')
    await expect.poll(() => proxy.connections).toBe(0)
  })

  test('resets a guest’s connection if the destination is not reachable', async () => {
    const { port } = await listen(() => {}).then(async (server) => {
      await server[Symbol.asyncDispose]()
      return server
    })
    await using _ = proxyTo(port)
    expect(
      await lab.run(
        `return await sdk.vsock.connect(8300).then((socket) => socket.read()).catch(({ code }) => code)`,
      ),
    ).toBe('reset')
  })

  test.each(['close', 'signal'] as const)('ends with its connections on %s', async (how) => {
    await using server = await listen((socket) => void socket.on('end', () => socket.end()).resume())
    const controller = new AbortController()
    const proxy = proxyTo(server.port, { signal: controller.signal })
    const ended = lab.run(`const socket = await sdk.vsock.connect(8300)
      return await socket.read().then(() => 'ended').catch(({ code }) => code)`)
    await expect.poll(() => server.sockets.size).toBe(1)
    if (how === 'close') await proxy.close()
    else controller.abort()
    expect(await ended).toBe('reset')
    await expect.poll(() => server.sockets.size).toBe(0)
    expect(await lab.run(`return await sdk.vsock.connect(8300).catch(({ code }) => code)`)).toBe('refused')
  })
})

describe('the allowlist', () => {
  const text =
    'allowlist:\n- {address: kms.us-east-1.amazonaws.com, port: 443}\n- {address: 127.0.0.1, port: 8443}\n'
  const codeOf = (action: () => unknown) => {
    try {
      action()
    } catch (error) {
      if (error instanceof EnclaveError)
        return `${error.code} ${error.message.includes('The given address and port are not allowed')}`
      throw error
    }
    return 'allowed'
  }
  const open = (address: string, port: number) => () => {
    void openProxy(lab.parent, {
      destination: { address, port },
      allowlist: readAllowlist(text),
      port: 8301,
    }).close()
  }

  test('allows the destinations on it', () => {
    expect(codeOf(open('127.0.0.1', 8443))).toBe('allowed')
    expect(codeOf(open('KMS.us-east-1.amazonaws.com', 443))).toBe('allowed')
  })

  test.each([
    ['another host', 'kms.us-east-2.amazonaws.com', 443],
    ['another port', '127.0.0.1', 443],
    ['another name for a host', 'localhost', 8443],
    ['a subdomain of an allowed host', 'a.kms.us-east-1.amazonaws.com', 443],
  ])('refuses %s, with vsock-proxy’s message', (_, address, port) => {
    expect(codeOf(open(address, port))).toBe('E_PROXY_NOT_ALLOWED true')
  })

  test('rejects everything if it is missing', () => {
    const destination = { address: '127.0.0.1', port: 8443 }
    expect(codeOf(() => openProxy(lab.parent, { destination }))).toBe('E_PROXY_NOT_ALLOWED true')
  })

  test.each([
    ['invalid YAML', '{'],
    ['YAML without an allowlist', 'allow: []'],
    ['a text instead of a list', 'allowlist: kms'],
    ['an entry without a port', 'allowlist: [{address: a.b}]'],
    ['an invalid port', 'allowlist: [{address: a.b, port: 65536}]'],
    ['a port as text', 'allowlist: [{address: a.b, port: "443"}]'],
    ['an invalid address', 'allowlist: [{address: "a b", port: 1}]'],
    ['aliases', 'x: &x [1]\nallowlist: [*x]'],
    ['an empty file', ''],
  ])('is refused if it is or has %s', (_, invalid) => {
    expect(codeOf(() => readAllowlist(invalid))).toBe('E_PROXY_ALLOWLIST false')
  })

  test.each([
    ['', 1],
    ['a b', 1],
    ['a.b', 0],
    ['a.b', 1.5],
  ])('does not accept the invalid destination %j, %d', (address, port) => {
    expect(codeOf(open(address, port))).toBe('E_PROXY_DESTINATION false')
  })
})
