/** One end of a connection whose peer and ring are the test. */
import { Connection } from '../../src/vsock/connection.ts'
import { Op, type PacketHeader } from '../../src/vsock/packet.ts'

/** Bytes that it receives at most before any is read. */
export const LENGTH = 4096
const NOTHING = new Uint8Array(0)

/** What `open` gives. */
export interface OpenConnection {
  readonly connection: Connection
  readonly sent: { header: PacketHeader; payload: Uint8Array }[]
  /** Whether the ring takes nothing more. */
  readonly ring: { isFull: boolean }
  /** How often its owner was told. */
  readonly told: { changes: number; unsettled: number }
  receive(operation: number, more?: Partial<PacketHeader>, payload?: Uint8Array): void
  /** The operations that were sent since this was last asked. */
  operations(): number[]
}

/** Such a connection, all that it sends and tells of, and a way to have it receive a packet. */
export function open(state: 'connecting' | 'established' = 'established'): OpenConnection {
  const sent: OpenConnection['sent'] = []
  const ring = { isFull: false }
  const connection = new Connection({ cid: 4, port: 1 }, { cid: 3, port: 2 }, LENGTH, (header, payload) => {
    if (ring.isFull) return false
    sent.push({ header, payload: payload.slice() })
    return true
  })
  const told = { changes: 0, unsettled: 0 }
  connection.onChange = () => void told.changes++
  connection.onUnsettled = () => void told.unsettled++
  const receive = (operation: number, more: Partial<PacketHeader> = {}, payload: Uint8Array = NOTHING) =>
    connection.receive({
      header: { ...headerOf(operation), length: payload.byteLength, ...more },
      payload: payload as Uint8Array<ArrayBuffer>,
    })
  const operations = () => sent.splice(0).map(({ header }) => header.operation)
  connection.request()
  if (state === 'established') receive(Op.RESPONSE)
  sent.length = 0
  Object.assign(told, { changes: 0, unsettled: 0 })
  return { connection, sent, ring, told, receive, operations }
}

/** A header of the peer's, with room for 100 bytes. */
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
