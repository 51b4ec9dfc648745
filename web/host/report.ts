/** What the page shows of a running enclave: packets, QTSM calls, registers, memory and console. */
import { toHex } from '../../src/base/bytes.ts'
import type { Enclave } from '../../src/parent/enclave.ts'
import type { QtsmCall } from '../../src/qtsm/call-log.ts'
import { decodeHeader, type PacketHeader } from '../../src/vsock/packet.ts'
import type { TraceCounters } from '../../src/vsock/trace.ts'

/** A packet of the trace: its number, header, and the first bytes of its payload. */
export interface ShownPacket {
  /** Counts all packets of the enclave, from 0. */
  readonly number: number
  /** Milliseconds since 1970. */
  readonly time: number
  readonly direction: 'in' | 'out'
  readonly header: PacketHeader
  readonly payload: Uint8Array<ArrayBuffer>
  readonly payloadLength: number
}

/** A call of the QTSM; `value` is the new value of the PCR in hexadecimal. */
export type ShownCall = Omit<QtsmCall, 'value'> & { readonly number: number; readonly value?: string }

/** A PCR; its value in hexadecimal. */
export interface ShownRegister {
  readonly isLocked: boolean
  readonly value: string
}

/** How much the page has already got; of the registers, how many changes. */
export interface Seen {
  readonly packets: number
  readonly calls: number
  readonly changes: number
}

/** What a page has seen that has not asked yet. */
export const NOTHING_SEEN: Seen = { packets: 0, calls: 0, changes: -1 }

/** What is new since then. */
export interface Report {
  readonly packets: readonly ShownPacket[]
  readonly calls: readonly ShownCall[]
  readonly counters: { readonly in: TraceCounters; readonly out: TraceCounters }
  readonly seen: Seen
  /** All PCRs by index, if one of them has changed. */
  readonly registers: readonly ShownRegister[] | undefined
  /** Bytes; undefined if it is not known. */
  readonly memoryUsed: number | undefined
  /** The newest output, in debug mode. */
  readonly console: string | undefined
}

/** At most so many packets are given at once, the newest: nobody can look at more. */
const MAX_PACKETS = 300
const MAX_CALLS = 300

/** The report of an enclave since `seen`. */
export function reportOf(enclave: Enclave, seen: Seen): Report {
  const { trace, qtsmCalls } = enclave
  const { changes, states } = enclave.registers
  const { counters } = trace
  const total = counters.in.packets + counters.out.packets
  const { packets } = trace
  const fresh = packets.slice(-Math.min(MAX_PACKETS, Math.max(0, total - seen.packets)))
  const calls = qtsmCalls.calls.slice(-Math.min(MAX_CALLS, Math.max(0, qtsmCalls.total - seen.calls)))
  return {
    packets: total > seen.packets ? fresh.map((packet, at) => shown(packet, total - fresh.length + at)) : [],
    calls:
      qtsmCalls.total > seen.calls
        ? calls.map((call, at) => shownCall(call, qtsmCalls.total - calls.length + at))
        : [],
    counters,
    seen: { packets: total, calls: qtsmCalls.total, changes },
    registers:
      changes === seen.changes
        ? undefined
        : states.map(({ locked, value }) => ({ isLocked: locked, value: toHex(value) })),
    memoryUsed: enclave.memoryUsed,
    console: enclave.describe().launchMode === 'debug' ? enclave.console() : undefined,
  }
}

type Recorded = Enclave['trace']['packets'][number]

function shown({ time, direction, header, payload, payloadLength }: Recorded, number: number): ShownPacket {
  const decoded = decodeHeader(new DataView(header.buffer, header.byteOffset, header.byteLength), 0)
  return { number, time: time / 1000, direction, header: decoded, payload, payloadLength }
}

function shownCall({ value, ...call }: QtsmCall, number: number): ShownCall {
  return { ...call, number, ...(value && { value: toHex(value) }) }
}
