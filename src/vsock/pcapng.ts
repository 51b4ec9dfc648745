/**
 * Writes recorded packets as a pcapng file (draft-ietf-opsawg-pcapng) of link type 271: Linux's monitoring header
 * (`struct af_vsockmon_hdr`, uapi/linux/vsockmon.h), then the virtio header, then the payload. Wireshark reads it.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { HEADER_LENGTH, Op } from './packet.ts'

/** A recorded packet. */
export interface RecordedPacket {
  /** Microseconds since 1970. */
  time: number
  direction: 'in' | 'out'
  /** The header, 44 bytes. */
  header: Bytes
  /** The first bytes of the payload. */
  payload: Bytes
  /** Length of the complete payload in bytes. */
  payloadLength: number
}

const LINKTYPE_VSOCK = 271
const MONITOR_LENGTH = 32
const TRANSPORT_VIRTIO = 2
/** `AF_VSOCK_OP_*` of each operation, as in Linux's `virtio_transport_build_skb`; 0 means unknown. */
const MONITOR_OP: Readonly<Record<number, number>> = {
  [Op.REQUEST]: 1,
  [Op.RESPONSE]: 1,
  [Op.RST]: 2,
  [Op.SHUTDOWN]: 2,
  [Op.CREDIT_UPDATE]: 3,
  [Op.CREDIT_REQUEST]: 3,
  [Op.RW]: 4,
}

const Block = { SECTION: 0x0a0d0d0a, INTERFACE: 1, STATISTICS: 5, PACKET: 6 } as const
const BYTE_ORDER_MAGIC = 0x1a2b3c4d
const OPTION_END = words(0)
/** if_name and epb_flags. */
const OPTION_TWO = 2
const STATISTICS_RECEIVED = 4
const STATISTICS_DROPPED = 5
const WORD = 0x100000000

function words(...values: readonly number[]): Bytes {
  return new Uint8Array(Uint32Array.from(values).buffer)
}

/** A u64 in little-endian order, as two words. */
const long = (value: number) => [value % WORD, Math.floor(value / WORD)]
const padded = (bytes: Uint8Array) => concatBytes(bytes, new Uint8Array(-bytes.byteLength & 3))
const option = (code: number, value: Uint8Array) =>
  concatBytes(words(code | (value.byteLength << 16)), padded(value))
/** A timestamp is written with its upper half first. */
const time = (microseconds: number) => words(Math.floor(microseconds / WORD), microseconds % WORD)

function block(type: number, ...parts: readonly Uint8Array[]): Bytes {
  const body = concatBytes(...parts)
  const length = body.byteLength + 12
  return concatBytes(words(type, length), body, words(length))
}

function packetBlock({ time: at, direction, header, payload, payloadLength }: RecordedPacket): Bytes {
  const view = new DataView(header.buffer, header.byteOffset)
  const monitor = new Uint8Array(MONITOR_LENGTH)
  const fill = new DataView(monitor.buffer)
  // Both CIDs and both ports, copied from the virtio header.
  monitor.set(header.subarray(0, 24))
  fill.setUint16(24, MONITOR_OP[view.getUint16(30, true)] ?? 0, true)
  fill.setUint16(26, TRANSPORT_VIRTIO, true)
  fill.setUint16(28, HEADER_LENGTH, true)
  const data = concatBytes(monitor, header, payload)
  const whole = MONITOR_LENGTH + HEADER_LENGTH + payloadLength
  const flags = option(OPTION_TWO, words(direction === 'in' ? 1 : 2))
  const lengths = words(data.byteLength, whole)
  return block(Block.PACKET, words(0), time(at), lengths, padded(data), flags, OPTION_END)
}

/** Writes a pcapng file of `packets`; `seen` is the number of all packets, recorded or not. */
export function writePcapng(packets: readonly RecordedPacket[], seen: number): Bytes {
  const end = packets.at(-1)?.time ?? 0
  const name = new TextEncoder().encode('vsock')
  return concatBytes(
    block(Block.SECTION, words(BYTE_ORDER_MAGIC, 1, 0xffffffff, 0xffffffff)),
    block(Block.INTERFACE, words(LINKTYPE_VSOCK, 0), option(OPTION_TWO, name), OPTION_END),
    ...packets.map(packetBlock),
    block(
      Block.STATISTICS,
      words(0),
      time(end),
      option(STATISTICS_RECEIVED, words(...long(seen))),
      option(STATISTICS_DROPPED, words(...long(seen - packets.length))),
      OPTION_END,
    ),
  )
}
