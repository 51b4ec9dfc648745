/** Sockets of a program in Rust by the API of the crate `vsock`, their errors, and the memory that calls take. */
import { describe, expect, it } from 'vitest'
import { MAX_RESOURCES } from '../../../src/kernel/resource.ts'
import type { VsockSocket } from '../../../src/parent/index.ts'
import { connectWhenReady, receiveAll, send } from '../../support/laboratory.ts'
import { patience } from '../../support/patience.ts'
import { Probe, probePath } from './probe.ts'

const PORT = 6000

const echo = (socket: VsockSocket) => socket.readable.pipeTo(socket.writable)
/** WASI's numbers of errors that have no kind in all releases of Rust. */
const TOO_MANY_FILES = 33
const NETWORK_UNREACHABLE = 40

describe.skipIf(probePath === undefined)('a program in Rust', () => {
  it('binds and connects to addresses, or gets the kind of the error', async () => {
    await using probe = await Probe.start()
    const { 'any ports': any, ...outcomes } = await probe.outcomes('addresses')
    expect(outcomes).toEqual({
      'nobody listens': 'ConnectionReset',
      'no port': 'InvalidInput',
      host: `Some(${NETWORK_UNREACHABLE})`,
      bound: `VsockAddr { cid: ${0xffffffff}, port: 7000 }`,
      'bound again': 'AddrInUse',
      'bound elsewhere': 'AddrNotAvailable',
      'old address': '()',
      'bound after a drop': '()',
      accept: 'WouldBlock',
      poll: '[]',
      'poll of nothing': 'InvalidInput',
      // With the ports 5000, and the two that are any.
      many: `253 Some(${TOO_MANY_FILES})`,
    })
    const ports = JSON.parse(any!) as number[]
    expect(new Set(ports).size).toBe(2)
    for (const port of ports) expect(port).toBeGreaterThanOrEqual(1024)
  })

  it('does not wait for a silent peer beyond its timeouts, or at all', async () => {
    await using probe = await Probe.start()
    probe.parent.listen(PORT, async (socket) => void (await socket.closed))
    expect(await probe.run('silent-peer', PORT)).toEqual([
      `peer: VsockAddr { cid: 3, port: ${PORT} }`,
      'no bytes: 0',
      'nothing to write: 0',
      'no timeout: InvalidInput',
      'read timeout: WouldBlock',
      'poll: []',
      'poll for room: [1]',
      'a part is written: true',
      'write timeout: WouldBlock',
      'read: WouldBlock',
      'write: WouldBlock',
      'error: None',
      'shutdown: ()',
      'write after shutdown: BrokenPipe',
      'shutdown again: ()',
      'shutdown for reading: ()',
      'read after shutdown: 0',
    ])
  })

  it('sees that its peer has reset the connection', async () => {
    await using probe = await Probe.start()
    probe.parent.listen(PORT, async (socket) => {
      await socket.readable.getReader().read()
      await socket.writable.abort()
    })
    expect(await probe.run('reset', PORT)).toEqual([
      'read: ConnectionReset',
      'write: ConnectionReset',
      'error: Some(ConnectionReset)',
      'error again: None',
      'shutdown: NotConnected',
    ])
  })

  it('closes half a connection, by a clone', async () => {
    await using probe = await Probe.start()
    probe.parent.listen(PORT, echo)
    expect(await probe.run('echo', PORT)).toEqual(['hello', 'at the end: 0'])
  })

  it('writes 20 MiB by one call', async () => {
    await using probe = await Probe.start()
    const length = 20 * 1024 * 1024
    const { promise, resolve } = Promise.withResolvers<number>()
    probe.parent.listen(PORT, async (socket) => {
      let received = 0
      for await (const bytes of socket.readable) received += bytes.byteLength
      resolve(received)
    })
    expect(await probe.run('bulk', PORT, length)).toEqual([`written: ${length}`])
    expect(await promise).toBe(length)
  })

  it('serves several connections by poll', async () => {
    await using probe = await Probe.start()
    const lengths = [0, 10, 5000, 300_000]
    const served = probe.run('several', 6001, lengths.length)
    await Promise.all(
      lengths.map(async (length) => {
        await using socket = await connectWhenReady(probe.enclave, 6001)
        await send(socket, new Uint8Array(length))
        await receiveAll(socket)
      }),
    )
    expect((await served).map(Number).sort((one, other) => one - other)).toEqual(lengths)
  })

  it(
    'does not grow by 10,000 rounds of calls, and one that leaks does',
    async () => {
      await using probe = await Probe.start()
      probe.parent.listen(PORT, echo)
      expect(await probe.run('memory', PORT, 10_000)).toEqual(['0'])
      const [pages] = await probe.run('leak', 10_000)
      expect(Number(pages)).toBeGreaterThanOrEqual((10_000 * 256) / 65536 - 1)
    },
    patience(60_000),
  )

  it('drops each handle', { timeout: patience(60_000) }, async () => {
    await using probe = await Probe.start()
    probe.parent.listen(PORT, async (socket) => {
      await socket.readable.getReader().read()
      await socket.writable.abort()
    })
    expect(await probe.run('handles', PORT, MAX_RESOURCES + 1)).toEqual(['all were dropped'])
  })
})

describe.skipIf(probePath === undefined)("Rust's standard library", () => {
  const message = 'Unsupported: operation not supported on this platform'

  it('says of threads, network and processes that there are none', async () => {
    await using probe = await Probe.start()
    const names = ['thread', 'tcp', 'listen', 'udp', 'process']
    expect(await probe.outcomes('std')).toEqual(Object.fromEntries(names.map((name) => [name, message])))
  })

  it('ends a program that spawns a thread without asking, and says why', async () => {
    await using probe = await Probe.start('qingtian', true)
    // The connection ends with the enclave.
    await probe.run('thread').catch(() => {})
    await probe.enclave.exited
    expect(probe.enclave.console()).toMatch(/failed to spawn thread: .*Unsupported/)
  })
})
