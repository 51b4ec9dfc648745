/** One end of a connection; the test is its peer and its ring. */
import { Connection } from '../../src/vsock/connection.ts'
import { Op, type PacketHeader } from '../../src/vsock/packet.ts'

/** The length of its receive buffer. */
export const LENGTH = 4096
const NOTHING = new Uint8Array(0)

/** The connection, and what it sends and reports. */
export interface OpenConnection {
  readonly connection: Connection
  readonly sent: { header: PacketHeader; payload: Uint8Array }[]
  /** Whether the ring is full. */
  readonly ring: { isFull: boolean }
  /** How often its owner was notified. */
  readonly notified: { changes: number; unsettled: number }
  receive(operation: number, more?: Partial<PacketHeader>, payload?: Uint8Array): void
  /** The operations that were sent since the last call. */
  operations(): number[]
}

/** Opens a connection in the given state. */
export function open(state: 'connecting' | 'established' = 'established'): OpenConnection {
  const sent: OpenConnection['sent'] = []
  const ring = { isFull: false }
  const connection = new Connection({ cid: 4, port: 1 }, { cid: 3, port: 2 }, LENGTH, (header, payload) => {
    if (ring.isFull) return false
    sent.push({ header, payload: payload.slice() })
    return true
  })
  const notified = { changes: 0, unsettled: 0 }
  connection.onChange = () => void notified.changes++
  connection.onUnsettled = () => void notified.unsettled++
  const receive = (operation: number, more: Partial<PacketHeader> = {}, payload: Uint8Array = NOTHING) =>
    connection.receive({
      header: { ...headerOf(operation), length: payload.byteLength, ...more },
      payload: payload as Uint8Array<ArrayBuffer>,
    })
  const operations = () => sent.splice(0).map(({ header }) => header.operation)
  connection.request()
  if (state === 'established') receive(Op.RESPONSE)
  sent.length = 0
  Object.assign(notified, { changes: 0, unsettled: 0 })
  return { connection, sent, ring, notified, receive, operations }
}

/** The header of a packet from the peer, whose buffer has room for 100 bytes. */
export const headerOf = (operation: number): PacketHeader => ({
  sourceCid: 3,
  destinationCid: 4,
  sourcePort: 2,
  destinationPort: 1,
  length: 0,
  type: 1,
  operation,
  flags: 0,
  bufferAllocation: 100,
  forwardCount: 0,
})
