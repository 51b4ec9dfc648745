/** The trace of packets: its limits, its counters, and what it keeps of each packet. */
import { describe, expect, test, vi } from 'vitest'
import { HEARTBEAT_BYTE, HEARTBEAT_PORT } from '../../src/boundary/heartbeat.ts'
import { Faults } from '../../src/vsock/faults.ts'
import { decodeHeader } from '../../src/vsock/packet.ts'
import { Trace } from '../../src/vsock/trace.ts'

const header = (sourcePort: number) => ({
  sourceCid: 4,
  destinationCid: 3,
  sourcePort,
  destinationPort: 5000,
  length: 0,
  type: 1,
  operation: 5,
  flags: 0,
  bufferAllocation: 0,
  forwardCount: 0,
})

describe('a trace', () => {
  test.each([
    { packets: 1 },
    { packets: 1_000_000 },
    { packets: 1, bytes: 0 },
    { packets: 1, bytes: 65_536 },
  ])('accepts the options %j', (options) => {
    expect(new Trace(options).packets).toEqual([])
  })

  test.each([
    { packets: 0 },
    { packets: 1_000_001 },
    { packets: 1.5 },
    { packets: 1, bytes: -1 },
    { packets: 1, bytes: 65_537 },
    { packets: 1, bytes: 0.5 },
  ])('refuses the options %j', (options) => {
    expect(() => new Trace(options)).toThrow(expect.objectContaining({ code: 'E_TRACE_OPTION' }))
  })

  test('keeps the first 64 bytes of each payload by default, and the whole header', () => {
    const trace = new Trace({ packets: 2 })
    const payload = Uint8Array.from({ length: 65 }, (_, at) => at)
    trace.record('in', header(7), payload)
    const [recorded] = trace.packets
    expect(recorded).toMatchObject({ direction: 'in', payload: payload.subarray(0, 64), payloadLength: 65 })
    expect(recorded!.header).toHaveLength(44)
    expect(decodeHeader(new DataView(recorded!.header.buffer), 0)).toEqual(header(7))
  })

  test('keeps the most recent packets, oldest first, and counts each direction separately', () => {
    const trace = new Trace({ packets: 2 })
    const zero = { packets: 0, bytes: 0 }
    expect(trace.counters).toEqual({ in: zero, out: zero })
    const ports = () =>
      trace.packets.map((recorded) => new DataView(recorded.header.buffer).getUint32(16, true))
    trace.record('in', header(1), new Uint8Array(5))
    expect(ports()).toEqual([1])
    trace.record('out', header(2), new Uint8Array(7))
    expect(ports()).toEqual([1, 2])
    trace.record('out', header(3), new Uint8Array(8))
    expect(ports()).toEqual([2, 3])
    expect(trace.counters).toEqual({ in: { packets: 1, bytes: 5 }, out: { packets: 2, bytes: 15 } })
  })

  test('has times in whole microseconds since 1970, and a pcapng file with the counters', () => {
    const trace = new Trace({ packets: 1 })
    const now = vi.spyOn(performance, 'now').mockReturnValue(0.0019)
    try {
      trace.record('in', header(1), new Uint8Array(0))
    } finally {
      now.mockRestore()
    }
    expect(trace.packets[0]!.time).toBe(Math.floor((performance.timeOrigin + 0.0019) * 1000))
    trace.record('out', header(2), new Uint8Array(0))
    const file = trace.toPcapng()
    const counts = new DataView(file.buffer, file.byteLength - 52)
    expect([counts.getUint32(24, true), counts.getUint32(36, true)]).toEqual([2, 1])
  })
})

test('a link has no injected faults by default, and a cut is permanent', () => {
  const faults = new Faults()
  expect([faults.delay, faults.bytesPerSecond, faults.isCut]).toEqual([0, Number.POSITIVE_INFINITY, false])
  faults.cut()
  expect(faults.isCut).toBe(true)
})

test('the heartbeat is B7 to port 9000, as in the clouds’ own kernels', () => {
  expect([HEARTBEAT_BYTE, HEARTBEAT_PORT]).toEqual([0xb7, 9000])
})
