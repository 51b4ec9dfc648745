/**
 * Over shared memory, an enclave may report RUNNING while the hypervisor is reading from it: what it sends at that
 * moment also waits until it is launched.
 */
import { describe, expect, test } from 'vitest'
import { ChannelLayer } from '../../src/hypervisor/channel-layer.ts'
import { decodeResponse, encodeRequest } from '../../src/qtsm/protocol.ts'
import { Op } from '../../src/vsock/packet.ts'
import { CHANNELS, until } from './kernel-ends.ts'

import { linked, sendConnect, sendHeartbeat } from './launch-rig.ts'

/** A channel on which the enclave reports RUNNING, and sends something, while the hypervisor reads from it. */
class Racing extends ChannelLayer {
  /** What it does at the next call of `pop` or `takeRequest`. */
  onPop: (() => void) | undefined
  onRequest: (() => void) | undefined

  override pop() {
    const act = this.onPop
    this.onPop = undefined
    act?.()
    return super.pop()
  }
  override takeRequest() {
    const act = this.onRequest
    this.onRequest = undefined
    act?.()
    return super.takeRequest()
  }
}

describe('over shared memory, an enclave that reports RUNNING while the hypervisor reads from it:', () => {
  const open = CHANNELS[0]![1]
  const racing = async () => {
    const { channel: plain, kernel } = open()
    const channel = new Racing(plain)
    const { link, seen } = linked({ channel, kernel })
    await sendHeartbeat(kernel)
    return { channel, kernel, link, seen }
  }

  test('a packet waits, and is delivered after the launch', async () => {
    const { channel, kernel, link, seen } = await racing()
    channel.onPop = () => {
      kernel.tellRunning()
      sendConnect(kernel)
    }
    channel.interrupt()
    await until(() => seen.running > 0)
    expect(kernel.next()).toBeUndefined()
    link.open()
    expect(await until(() => kernel.next())).toMatchObject({ operation: Op.RESPONSE })
    link.close()
  })

  test('a request waits, and is answered after the launch', async () => {
    const { channel, kernel, link, seen } = await racing()
    channel.onRequest = () => {
      kernel.tellRunning()
      kernel.ask(encodeRequest({ call: 'Attestation' }))
    }
    channel.interrupt()
    await until(() => seen.running > 0)
    expect(kernel.takeAnswer()).toBeUndefined()
    link.open()
    expect(decodeResponse(await until(() => kernel.takeAnswer()), 'Attestation').has('document')).toBe(true)
    link.close()
  })
})
