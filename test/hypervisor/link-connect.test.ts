/** Connections that a link begins: how long an enclave is waited for, and what its answer and a signal come to. */
import { describe, expect, test } from 'vitest'
import { HEARTBEAT_PORT } from '../../src/boundary/heartbeat.ts'
import { Op } from '../../src/vsock/packet.ts'
import { packetOf } from './fake-channel.ts'
import { GatedLink } from './gated-link.ts'
import { CID } from './kernel-ends.ts'

describe('an enclave that has said nothing since it runs', () => {
  const connect = ({ link }: GatedLink) => void link.connect(5000).catch(() => {})

  test('is waited for ten seconds, and one that has for two', async () => {
    using gated = await GatedLink.open()
    const { channel } = gated
    connect(gated)
    await gated.turn()
    expect(channel.timeout).toBe(10_000)
    gated.now = 9_999
    await gated.turn()
    expect(channel.timeout).toBe(1)
    gated.now = 10_000
    await gated.turn()
    expect(channel.timeout).toBe(Number.POSITIVE_INFINITY)
    channel.waiting.push(packetOf(0))
    await gated.turn()
    connect(gated)
    await gated.turn()
    expect(channel.timeout).toBe(2_000)
  })

  test('has said nothing by its heartbeat, or by what is no packet', async () => {
    using gated = await GatedLink.open()
    const { channel } = gated
    channel.waiting.push('other', packetOf(0, { operation: Op.RST, destinationPort: HEARTBEAT_PORT }))
    await gated.turn()
    connect(gated)
    await gated.turn()
    expect(channel.timeout).toBe(10_000)
  })
})

describe('a connection', () => {
  test('is not begun where its signal has aborted, or before the launch', async () => {
    using gated = await GatedLink.open()
    const { channel, link } = gated
    const aborted = AbortSignal.abort(new Error('enough'))
    await expect(link.connect(5000, aborted)).rejects.toThrow('enough')
    expect(channel.pushed).toEqual([])
  })

  test('that is refused is told as such, whatever its signal says later', async () => {
    using gated = await GatedLink.open()
    const { channel, link } = gated
    const { signal } = new AbortController()
    const outcome = link.connect(5000, signal).catch((error: { code: string }) => error.code)
    await gated.turn()
    const { sourcePort } = channel.pushed[0]!.header
    channel.waiting.push(packetOf(0, { operation: Op.RST, sourcePort: 5000, destinationPort: sourcePort }))
    await gated.turn()
    expect(await outcome).toBe('E_VSOCK_REFUSED')
  })

  test('is no matter of its signal once it is there', async () => {
    using gated = await GatedLink.open()
    const { channel, link } = gated
    const controller = new AbortController()
    const connecting = link.connect(5000, controller.signal)
    await gated.turn()
    const { sourcePort } = channel.pushed[0]!.header
    channel.waiting.push(
      packetOf(0, { operation: Op.RESPONSE, sourcePort: 5000, destinationPort: sourcePort }),
    )
    await gated.turn()
    const socket = await connecting
    controller.abort()
    await gated.turn()
    expect(channel.pushed.map(({ header }) => header.operation)).not.toContain(Op.RST)
    expect(socket.remote).toEqual({ cid: CID, port: 5000 })
  })
})
