/** The trace of a link's packets: bounded, off by default, and readable by Wireshark (tshark). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { Op, type PacketHeader, TYPE_STREAM } from '../../src/vsock/packet.ts'
import { Trace } from '../../src/vsock/trace.ts'
import { Laboratory } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'
import { hasTshark, tshark } from '../support/tshark.ts'

const header = (sourcePort: number, length: number): PacketHeader => ({
  sourceCid: 4,
  destinationCid: 3,
  sourcePort,
  destinationPort: 5000,
  length,
  type: TYPE_STREAM,
  operation: Op.RW,
  flags: 0,
  bufferAllocation: 262144,
  forwardCount: 0,
})
const portOf = ({ header: bytes }: { header: Uint8Array<ArrayBuffer> }) =>
  new DataView(bytes.buffer).getUint32(16, true)

/** The values of `fields`, one row per packet. */
function rows(pcapng: Uint8Array, ...fields: readonly string[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'webclave-trace-'))
  try {
    const path = join(folder, 'trace.pcapng')
    writeFileSync(path, pcapng)
    const options = fields.flatMap((field) => ['-e', field])
    const text = tshark(path, '-T', 'fields', ...options)
    return text
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => line.split('\t'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('a trace', () => {
  test('keeps the newest packets and their first bytes, and counts all packets', () => {
    const trace = new Trace({ packets: 3, bytes: 2 })
    for (let port = 1; port <= 5; port++) trace.record('in', header(port, 4), Uint8Array.of(port, 2, 3, 4))
    trace.record('out', header(6, 0), new Uint8Array(0))
    expect(trace.packets.map(portOf)).toEqual([4, 5, 6])
    expect(trace.packets[0]).toMatchObject({ payload: Uint8Array.of(4, 2), payloadLength: 4 })
    expect(trace.counters).toEqual({ in: { packets: 5, bytes: 20 }, out: { packets: 1, bytes: 0 } })
  })

  test('copies payloads', () => {
    const trace = new Trace({ packets: 1 })
    const payload = Uint8Array.of(1)
    trace.record('out', header(1, 1), payload)
    payload[0] = 9
    expect(trace.packets[0]?.payload).toEqual(Uint8Array.of(1))
  })

  test.each([[{ packets: 0 }], [{ packets: 1.5 }], [{ packets: 1e9 }], [{ packets: 1, bytes: -1 }]])(
    'refuses the options %j',
    (options) => {
      expect(() => new Trace(options)).toThrow(expect.objectContaining({ code: 'E_TRACE_OPTION' }))
    },
  )

  test('is off by default', async () => {
    await using lab = await Laboratory.open()
    expect(() => lab.enclave.trace).toThrow(expect.objectContaining({ code: 'E_TRACE_OFF' }))
  })
})

describe.each(['worker', 'process'] as const)('the trace of an enclave in a %s', (isolation) => {
  test('contains the packets of its heartbeat and of a connection', async () => {
    await using lab = await Laboratory.open({ trace: { packets: 1000 }, isolation })
    expect(await lab.run('return 6 * 7')).toBe(42)
    const { packets, counters } = lab.enclave.trace
    const sent = packets.filter(({ payloadLength }) => payloadLength > 0)
    expect(sent[0]).toMatchObject({ direction: 'in', payload: Uint8Array.of(0xb7) })
    expect(sent[1]).toMatchObject({ direction: 'out', payload: Uint8Array.of(0xb7) })
    expect(packets.some(({ payload }) => new TextDecoder().decode(payload) === 'return 6 * 7')).toBe(true)
    expect(counters.in.packets + counters.out.packets).toBe(packets.length)
    expect(packets.map(({ time }) => time)).toEqual(packets.map(({ time }) => time).toSorted((a, b) => a - b))
  })
})

if (hasTshark()) {
  describe('Wireshark', () => {
    test('shows one connection from its request to its end', async () => {
      await using lab = await Laboratory.open({ trace: { packets: 1000 } })
      await lab.run('return 6 * 7')
      const all = rows(
        lab.enclave.trace.toPcapng(),
        ...['frame.protocols', 'vsock.src_cid', 'vsock.dst_cid', 'vsock.src_port', 'vsock.dst_port'],
        ...['vsock.virtio.op', 'vsock.virtio.buf_alloc', 'vsock.op'],
      )
      expect(new Set(all.map(([protocols]) => protocols?.split(':')[0]))).toEqual(new Set(['vsock']))
      // Earlier connections were refused, because the guest did not listen yet.
      const [, , , , port] = all.findLast((row) => row[3] === '5000' && row[5] === '2') ?? []
      const own = all.filter((row) => [row[3], row[4]].toSorted().join() === ['5000', port].toSorted().join())
      // Less while other connections have not ended.
      const allocation = expect.stringMatching(/^(?:1048576|262144)$/)
      expect(own[0]?.slice(1)).toEqual(['3', '4', port, '5000', '1', allocation, '1'])
      expect(own[1]?.slice(1)).toEqual(['4', '3', '5000', port, '2', allocation, '1'])
      expect(own.map((row) => row[5])).toEqual(expect.arrayContaining(['1', '2', '5', '4', '3']))
    })

    test('accepts files with no packets and with invalid packets, and shows which payloads are truncated', () => {
      const empty = new Trace({ packets: 1 })
      expect(rows(empty.toPcapng(), 'frame.number')).toEqual([['']])
      const trace = new Trace({ packets: 10, bytes: 5 })
      trace.record('in', header(1, 100), new Uint8Array(100))
      trace.record(
        'out',
        { ...header(2, 0), operation: 99, sourceCid: Number.POSITIVE_INFINITY },
        new Uint8Array(0),
      )
      expect(rows(trace.toPcapng(), 'frame.len', 'frame.cap_len', 'vsock.src_port', '_ws.malformed')).toEqual(
        [
          ['176', '81', '1', ''],
          ['76', '76', '2', ''],
        ],
      )
    })
  })
}

test('an enclave’s QTSM calls and the size of its memory are recorded too', async () => {
  await using lab = await Laboratory.open({ trace: { packets: 100 } })
  await lab.run('sdk.qtsm.extendPcr(16, new Uint8Array(1)); sdk.qtsm.lockPcr(16); return 1')
  const { calls } = lab.enclave.qtsmCalls
  expect(calls.filter(({ call }) => call !== 'GetRandom')).toEqual([
    { call: 'ExtendPCR', pcrs: [16], value: expect.any(Uint8Array), time: expect.any(Number) },
    { call: 'LockPCR', pcrs: [16], time: expect.any(Number) },
  ])
  const { value } = calls.find(({ call }) => call === 'ExtendPCR')!
  expect(lab.enclave.registers.states[16]).toEqual({ locked: true, value })
  // The enclave reports its memory when it begins to wait, which may be after its answer.
  const memoryAbove = (least: number) =>
    vi.waitFor(() => expect(lab.enclave.memoryUsed).toBeGreaterThan(least), patience(10_000))
  await memoryAbove(1 << 20)
  const before = lab.enclave.memoryUsed!
  await lab.run('globalThis.kept = new Uint8Array(24 << 20); return 1')
  await memoryAbove(before + (4 << 20))
  expect(lab.enclave.memoryUsed).toBeLessThanOrEqual(64 << 20)
})
