/** The fields of a vsock packet's header as they lie in its 44 bytes (virtio 1.2, section 5.10.6). */
import { toHex } from '../../src/base/bytes.ts'
import { encodeHeader, HEADER_LENGTH, type PacketHeader } from '../../src/vsock/packet.ts'

/** One field: its name in the standard, where it is, its value, and its bytes in hexadecimal, little-endian. */
export interface HeaderField {
  readonly name: string
  readonly offset: number
  readonly length: number
  readonly value: number
  readonly bytes: string
}

const LAYOUT: readonly (readonly [name: string, length: number, member: keyof PacketHeader])[] = [
  ['src_cid', 8, 'sourceCid'],
  ['dst_cid', 8, 'destinationCid'],
  ['src_port', 4, 'sourcePort'],
  ['dst_port', 4, 'destinationPort'],
  ['len', 4, 'length'],
  ['type', 2, 'type'],
  ['op', 2, 'operation'],
  ['flags', 4, 'flags'],
  ['buf_alloc', 4, 'bufferAllocation'],
  ['fwd_cnt', 4, 'forwardCount'],
]

/** The fields of `header`, in their order. */
export function fieldsOf(header: PacketHeader): HeaderField[] {
  const bytes = new Uint8Array(HEADER_LENGTH)
  encodeHeader(new DataView(bytes.buffer), 0, header)
  let offset = 0
  return LAYOUT.map(([name, length, member]) => {
    const field = {
      name,
      offset,
      length,
      value: header[member],
      bytes: toHex(bytes.subarray(offset, offset + length)),
    }
    offset += length
    return field
  })
}
