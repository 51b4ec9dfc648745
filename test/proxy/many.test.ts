/** Hundreds of connections through one proxy at once: all are served, and none at the others' expense. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createParent, type Enclave, type Parent } from '../../src/parent/index.ts'
import { openProxy, type ProxyOptions } from '../../src/proxy/index.ts'
import { connectWhenReady, laboratoryImage, receiveAll, send } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'

const CONNECTIONS = 300
/** Each has some of the connections, because one cannot have so many. */
const ENCLAVES = 2
/** Round trips of each connection, and their bytes. */
const TRIPS = 8
const LENGTH = 1024

let parent: Parent
let enclaves: Enclave[]
beforeAll(async () => {
  parent = await createParent({ vcpus: ENCLAVES, memoryMiB: ENCLAVES * 64 })
  const { eif } = await laboratoryImage()
  const share = { vcpus: 1, memoryMiB: 64, startTimeout: patience(20_000) }
  enclaves = await Promise.all(Array.from({ length: ENCLAVES }, () => parent.start(eif, share)))
})
afterAll(() => parent.close())

let sockets: Set<Socket>
let port: number
/** What the server does with a connection. */
let serve: (socket: Socket) => void
const server = createServer({ allowHalfOpen: true }, (socket) => {
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  serve(socket)
})
beforeEach(async () => {
  sockets = new Set()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  server.close()
  await once(server, 'close')
})

/** One destination for all, or what each connection asks for. */
const WAYS = ['a destination', 'CONNECT'] as const

function open(way: (typeof WAYS)[number], more: Partial<ProxyOptions> = {}) {
  const destination = { address: '127.0.0.1', port }
  const where = way === 'CONNECT' ? {} : { destination }
  // What the images ask for is not the matter here.
  const listening = { listen: parent.listen.bind(parent) }
  return openProxy(listening, { ...where, allowlist: [destination], port: 8310, ...more })
}

/** In the enclave: `open`, a connection to the server, and `trip`, some bytes there and back. */
const guest = (way: (typeof WAYS)[number]) => `
  const read = async (socket, length) => {
    for (let left = length; left > 0; ) {
      const bytes = await socket.read()
      if (!bytes) throw new Error('ended with ' + left + ' bytes missing')
      left -= bytes.byteLength
    }
  }
  const open = async () => {
    const socket = await sdk.vsock.connect(8310)
    if (${way === 'CONNECT'}) {
      await socket.write(new TextEncoder().encode('CONNECT 127.0.0.1:${port} HTTP/1.1\\r\\n\\r\\n'))
      await read(socket, ${'HTTP/1.1 200 Connection established\r\n\r\n'.length})
    }
    return socket
  }
  const bytes = new Uint8Array(${LENGTH})
  const trip = async (socket) => {
    await socket.write(bytes)
    await read(socket, ${LENGTH})
  }
  const each = (act) => Promise.all(Array.from({ length: ${CONNECTIONS / ENCLAVES} }, act));`

/** Runs code in all enclaves, and joins the lists that it returns. */
async function run<Item>(code: string): Promise<Item[]> {
  const replies = enclaves.map(async (enclave) => {
    await using socket = await connectWhenReady(enclave, 5000)
    await send(socket, code)
    const reply = JSON.parse(await receiveAll(socket))
    if ('error' in reply) throw new Error(`in the enclave: ${JSON.stringify(reply.error)}`)
    return reply.value as Item[]
  })
  return (await Promise.all(replies)).flat()
}

const at = (times: readonly number[], share: number) =>
  times.toSorted((left, right) => left - right)[Math.ceil(share * times.length) - 1]!

/** Times and their distribution, for the message of a failure. */
function distribution(times: readonly number[]): string {
  const parts = { fastest: 0.001, quarter: 0.25, median: 0.5, 'nine of ten': 0.9, slowest: 1 }
  return Object.entries(parts)
    .map(([name, share]) => `${name} ${at(times, share).toFixed(1)} ms`)
    .join(', ')
}

describe.each(WAYS)('300 connections at once, by %s', (way) => {
  test('are all open, and all served', async () => {
    const all = Promise.withResolvers<void>()
    // Nobody gets an answer before everybody is there.
    serve = (socket) => {
      if (sockets.size === CONNECTIONS) all.resolve()
      void all.promise.then(() => socket.pipe(socket))
    }
    await using proxy = open(way)
    const ended = run<number>(`${guest(way)}
      const sockets = await each(async () => {
        const socket = await open()
        await trip(socket)
        return socket
      })
      for (const socket of sockets) socket.close()
      return sockets.map(() => ${LENGTH})`)
    await Promise.race([all.promise, ended])
    expect(proxy.connections).toBe(CONNECTIONS)
    expect((await ended).length).toBe(CONNECTIONS)
    await expect.poll(() => [proxy.connections, sockets.size]).toEqual([0, 0])
  })

  test('take at most three times as long as the median', async () => {
    serve = (socket) => void socket.pipe(socket)
    await using _ = open(way)
    const times = await run<number>(`${guest(way)}
      return await each(async () => {
        const begin = performance.now()
        const socket = await open()
        for (let count = 0; count < ${TRIPS}; count++) await trip(socket)
        socket.close()
        return performance.now() - begin
      })`)
    expect(times.length).toBe(CONNECTIONS)
    expect(at(times, 1), distribution(times)).toBeLessThanOrEqual(3 * at(times, 0.5))
  })
})
