/**
 * Records the most recent packets of a link, for display and for Wireshark. The number of packets and of bytes per
 * packet is limited.
 */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { encodeHeader, HEADER_LENGTH, type PacketHeader } from './packet.ts'
import { type RecordedPacket, writePcapng } from './pcapng.ts'

/** How much to record. */
export interface TraceOptions {
  /** Number of packets to keep; older ones are dropped. */
  packets: number
  /** Number of bytes to keep of each payload. @default 64 */
  bytes?: number
}

/** Number of packets and payload bytes of one direction, recorded or not. */
export interface TraceCounters {
  packets: number
  bytes: number
}

const MAX_PACKETS = 1_000_000
const MAX_BYTES = 65536
const DEFAULT_BYTES = 64

function assertBound(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new EnclaveError('E_TRACE_OPTION', {
    what: `the trace option "${name}" is out of range`,
    expected: `an integer from ${least} to ${most}`,
    got: String(value),
  })
}

/**
 * The trace of one enclave's link, from the parent instance's point of view: `in` is from the enclave.
 *
 * @example
 * const trace = new Trace({ packets: 100 })
 * trace.packets.length // 0
 * trace.counters.in.packets // 0
 */
export class Trace {
  /** Counts all packets, including those that the record has dropped. */
  readonly counters: { in: TraceCounters; out: TraceCounters } = {
    in: { packets: 0, bytes: 0 },
    out: { packets: 0, bytes: 0 },
  }
  readonly #limit: number
  readonly #bytes: number
  readonly #ring: RecordedPacket[] = []
  #next = 0

  /** @throws {EnclaveError} E_TRACE_OPTION for an option that is out of range. */
  constructor({ packets, bytes = DEFAULT_BYTES }: TraceOptions) {
    assertBound('packets', packets, 1, MAX_PACKETS)
    assertBound('bytes', bytes, 0, MAX_BYTES)
    this.#limit = packets
    this.#bytes = bytes
  }

  /** The recorded packets, oldest first. */
  get packets(): readonly RecordedPacket[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)]
  }

  /** Records one packet. */
  record(direction: 'in' | 'out', header: PacketHeader, payload: Uint8Array): void {
    const counters = this.counters[direction]
    counters.packets += 1
    counters.bytes += payload.byteLength
    const encoded = new Uint8Array(HEADER_LENGTH)
    encodeHeader(new DataView(encoded.buffer), 0, header)
    this.#ring[this.#next] = {
      time: Math.floor((performance.timeOrigin + performance.now()) * 1000),
      direction,
      header: encoded,
      payload: new Uint8Array(payload.subarray(0, this.#bytes)),
      payloadLength: payload.byteLength,
    }
    this.#next = (this.#next + 1) % this.#limit
  }

  /** The record as a pcapng file for Wireshark's vsock dissector. */
  toPcapng(): Bytes {
    return writePcapng(this.packets, this.counters.in.packets + this.counters.out.packets)
  }
}
