/** A layer over a channel forwards everything; a recording layer records packets and does not change them. */
import { beforeEach, describe, expect, test } from 'vitest'
import { ChannelLayer, TracedChannel } from '../../src/hypervisor/channel-layer.ts'
import { Trace } from '../../src/vsock/trace.ts'
import { FakeChannel, packetOf } from './fake-channel.ts'

let below: FakeChannel
beforeEach(() => {
  below = new FakeChannel()
})

describe('a layer', () => {
  test('returns what the channel below returns', () => {
    const layer = new ChannelLayer(below)
    below.waiting.push(packetOf(3), 'other')
    below.requests.push(new Uint8Array(4))
    expect([layer.room, layer.phase, layer.isDrained, layer.mark()]).toEqual([1000, 1, true, 5])
    below.isDrained = false
    expect(layer.isDrained).toBe(false)
    expect([layer.pop(), layer.pop(), layer.pop()]).toEqual([packetOf(3), 'other', undefined])
    expect([layer.takeRequest(), layer.takeRequest()]).toEqual([new Uint8Array(4), undefined])
    expect(layer.readEnd()).toEqual(below.readEnd())
    expect(layer.readConsole()).toEqual(below.readConsole())
  })

  test('forwards calls to the channel below', async () => {
    const layer = new ChannelLayer(below)
    const { header, payload } = packetOf(3)
    expect(layer.push(header, payload)).toBe(true)
    below.takes = false
    expect(layer.push(header, payload)).toBe(false)
    expect(below.pushed).toEqual([packetOf(3)])
    layer.respond(Uint8Array.of(9))
    expect(below.responses).toEqual([Uint8Array.of(9)])
    layer.fence()
    layer.lift()
    layer.acknowledge()
    layer.interrupt()
    await layer.sleep(5, 70)
    expect(below.calls).toEqual(['fence', 'lift', 'acknowledge', 'interrupt', 'sleep', 5, 70])
  })
})

describe('a recording layer', () => {
  const traced = () => {
    const trace = new Trace({ packets: 10 })
    return { trace, channel: new TracedChannel(below, trace) }
  }

  test('records packets that were sent, but not those for which there was no room', () => {
    const { trace, channel } = traced()
    const { header, payload } = packetOf(3)
    expect(channel.push(header, payload)).toBe(true)
    below.takes = false
    expect(channel.push(header, payload)).toBe(false)
    expect(trace.packets).toMatchObject([{ direction: 'out', payload, payloadLength: 3 }])
    expect(trace.counters).toEqual({ in: { packets: 0, bytes: 0 }, out: { packets: 1, bytes: 3 } })
  })

  test('records packets that arrived, but no other frames', () => {
    const { trace, channel } = traced()
    below.waiting.push('other', packetOf(3))
    expect(channel.pop()).toBe('other')
    expect(trace.packets).toEqual([])
    expect(channel.pop()).toEqual(packetOf(3))
    expect(channel.pop()).toBeUndefined()
    expect(trace.packets).toMatchObject([{ direction: 'in', payloadLength: 3 }])
    expect(trace.counters.in).toEqual({ packets: 1, bytes: 3 })
  })

  test('does not lend payloads, because a later read would differ from what was recorded', () => {
    const { channel } = traced()
    const lender = { place: new Uint8Array(3), lend() {}, isLent: false }
    below.waiting.push({ ...packetOf(3), lender })
    expect(channel.pop()).not.toHaveProperty('lender')
  })
})
