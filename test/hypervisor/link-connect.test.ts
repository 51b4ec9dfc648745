/**
 * Connections from the parent to an enclave: how long a link waits for an answer, and the effects of the answer and of
 * an abort signal.
 */
import { describe, expect, test } from 'vitest'
import { HEARTBEAT_PORT } from '../../src/boundary/heartbeat.ts'
import { Op } from '../../src/vsock/packet.ts'
import { packetOf } from './fake-channel.ts'
import { GatedLink } from './gated-link.ts'
import { CID } from './kernel-ends.ts'

describe('an enclave that has sent nothing since it runs', () => {
  const connect = ({ link }: GatedLink) => void link.connect(5000).catch(() => {})

  test('has ten seconds to answer, and afterwards two', async () => {
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

  test('is still such an enclave after its heartbeat or a frame without a packet', async () => {
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
  test('is not requested if its signal is already aborted', async () => {
    using gated = await GatedLink.open()
    const { channel, link } = gated
    const aborted = AbortSignal.abort(new Error('enough'))
    await expect(link.connect(5000, aborted)).rejects.toThrow('enough')
    expect(channel.pushed).toEqual([])
  })

  test('that is refused rejects with E_VSOCK_REFUSED, although it has a signal', async () => {
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

  test('that was accepted ignores its signal', async () => {
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
