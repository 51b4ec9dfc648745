/** The kernel's sign of life, before it counts as running: `B7` to (3, 9000), and back. */

import { HEARTBEAT_BYTE, HEARTBEAT_PORT } from '../boundary/heartbeat.ts'
import type { Connection } from '../vsock/connection.ts'
import type { KernelLink } from './link.ts'

/**
 * Connects to whom the heartbeat is for, which takes its time; what it gives sends the heartbeat and waits for its answer.
 * How long that may take is the hypervisor's to say. Throws where it fails.
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
    length > 0 ? 'the heartbeat was answered with another byte' : 'the heartbeat was not answered',
  )
}
