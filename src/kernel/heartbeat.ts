/** The kernel's heartbeat, before the enclave counts as running: sends `B7` to CID 3, port 9000, and gets it back. */

import { HEARTBEAT_BYTE, HEARTBEAT_PORT } from '../boundary/heartbeat.ts'
import type { Connection } from '../vsock/connection.ts'
import type { KernelLink } from './link.ts'

/**
 * Starts the connection for the heartbeat, which takes time; the returned function sends the heartbeat, waits for the
 * answer, and throws on failure. The hypervisor enforces the deadline.
 */
export function openHeartbeat(link: KernelLink): () => void {
  const connection = link.endpoint.connect(HEARTBEAT_PORT, Number.POSITIVE_INFINITY)
  return () => sendHeartbeat(link, connection)
}

function sendHeartbeat(link: KernelLink, connection: Connection): void {
  link.wait(() => connection.state !== 'connecting')
  link.write(connection, Uint8Array.of(HEARTBEAT_BYTE))
  link.wait(() => connection.readable > 0 || connection.ended)
  const answer = new Uint8Array(2)
  const length = connection.read(answer)
  link.endpoint.closeConnection(connection)
  if (length === 1 && answer[0] === HEARTBEAT_BYTE) return
  throw new Error(
    length > 0 ? 'the heartbeat was answered with the wrong byte' : 'the heartbeat was not answered',
  )
}
