/** What an enclave says in the middle of a look at it, over shared memory, is heard before its launch no more than else. */
import { describe, expect, test } from 'vitest'
import { ChannelLayer } from '../../src/hypervisor/channel-layer.ts'
import { decodeResponse, encodeRequest } from '../../src/qtsm/protocol.ts'
import { Op } from '../../src/vsock/packet.ts'
import { CHANNELS, until } from './kernel-ends.ts'

import { beat, knock, linked } from './launch-rig.ts'

/** An enclave that comes to run, and says something, in the middle of a look at it. */
class Racing extends ChannelLayer {
  /** What it does when its packets, or its request, are looked for next. */
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

describe('over shared memory, where an enclave comes to run while it is looked at', () => {
  const open = CHANNELS[0]![1]
  const racing = async () => {
    const { channel: plain, kernel } = open()
    const channel = new Racing(plain)
    const { link, seen } = linked({ channel, kernel })
    await beat(kernel)
    return { channel, kernel, link, seen }
  }

  test('what it sends then waits, and is served', async () => {
    const { channel, kernel, link, seen } = await racing()
    channel.onPop = () => {
      kernel.tellRunning()
      knock(kernel)
    }
    channel.interrupt()
    await until(() => seen.running > 0)
    expect(kernel.next()).toBeUndefined()
    link.open()
    expect(await until(() => kernel.next())).toMatchObject({ operation: Op.RESPONSE })
    link.close()
  })

  test('what it asks then waits, and is answered', async () => {
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
