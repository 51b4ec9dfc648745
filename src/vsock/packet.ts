/**
 * The virtio-vsock packet: a 44-byte little-endian header and its payload (virtio 1.2, section 5.10.6, `struct
 * virtio_vsock_hdr`). Packets come from the other side of the boundary and are hostile: decoding checks nothing, the
 * user of a header must check its fields.
 */

/** Operations of a stream socket (virtio 1.2, section 5.10.6, `VIRTIO_VSOCK_OP_*`). */
export const Op = {
  REQUEST: 1,
  RESPONSE: 2,
  RST: 3,
  SHUTDOWN: 4,
  RW: 5,
  CREDIT_UPDATE: 6,
  CREDIT_REQUEST: 7,
} as const

/** Flags of a SHUTDOWN: what its sender will no longer do. */
export const Shutdown = { RECEIVE: 1, SEND: 2, BOTH: 3 } as const

/** Socket type: streams only. */
export const TYPE_STREAM = 1

/** Length of a header in bytes. */
export const HEADER_LENGTH = 44

/** Maximum payload of one packet in bytes, as in Linux (`VIRTIO_VSOCK_MAX_PKT_BUF_SIZE`). */
export const MAX_PAYLOAD = 65536

/** The CID of the parent instance. */
export const PARENT_CID = 3

/** The fields of a header. CIDs have 64 bits on the wire, of which 32 are used. */
export interface PacketHeader {
  sourceCid: number
  destinationCid: number
  sourcePort: number
  destinationPort: number
  /** Length of the payload in bytes. */
  length: number
  type: number
  operation: number
  flags: number
  /** Length of the sender's receive buffer in bytes. */
  bufferAllocation: number
  /** Bytes that the sender has removed from that buffer so far, modulo 2^32. */
  forwardCount: number
}

/** A payload in the ring that need not be copied at once. */
export interface PayloadLender {
  /** The payload of the last packet, in memory that the peer can write: copy it once, and never examine it in place. */
  readonly place: Uint8Array
  /** Leaves the payload in the ring until the next packet is taken: `recall` is called then, and must copy the rest. */
  lend(recall: () => void): void
  /** Whether the payload is left in the ring. No more packets should be taken then, so that the reader comes first. */
  readonly isLent: boolean
}

/** A received packet: its header, and its payload, which is valid until the next packet is taken. */
export interface Packet {
  readonly header: PacketHeader
  readonly payload: Uint8Array<ArrayBuffer>
  readonly lender?: PayloadLender
}

/** Writes `header` into the 44 bytes of `view` at `offset`. */
export function encodeHeader(view: DataView, offset: number, header: PacketHeader): void {
  view.setUint32(offset, header.sourceCid, true)
  view.setUint32(offset + 4, 0, true)
  view.setUint32(offset + 8, header.destinationCid, true)
  view.setUint32(offset + 12, 0, true)
  view.setUint32(offset + 16, header.sourcePort, true)
  view.setUint32(offset + 20, header.destinationPort, true)
  view.setUint32(offset + 24, header.length, true)
  view.setUint16(offset + 28, header.type, true)
  view.setUint16(offset + 30, header.operation, true)
  view.setUint32(offset + 32, header.flags, true)
  view.setUint32(offset + 36, header.bufferAllocation, true)
  view.setUint32(offset + 40, header.forwardCount, true)
}

/** Reads the 44 bytes of `view` at `offset`. A CID of more than 32 bits is decoded as infinity. */
export function decodeHeader(view: DataView, offset: number): PacketHeader {
  const cid = (at: number) =>
    view.getUint32(at + 4, true) === 0 ? view.getUint32(at, true) : Number.POSITIVE_INFINITY
  return {
    sourceCid: cid(offset),
    destinationCid: cid(offset + 8),
    sourcePort: view.getUint32(offset + 16, true),
    destinationPort: view.getUint32(offset + 20, true),
    length: view.getUint32(offset + 24, true),
    type: view.getUint16(offset + 28, true),
    operation: view.getUint16(offset + 30, true),
    flags: view.getUint32(offset + 32, true),
    bufferAllocation: view.getUint32(offset + 36, true),
    forwardCount: view.getUint32(offset + 40, true),
  }
}
