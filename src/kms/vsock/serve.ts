/** The KMS over vsock, without a network: enclaves of a parent instance connect to CID 3. */
import type { Listening } from '../../parent/index.ts'
import type { VsockSocket } from '../../vsock/socket.ts'
import { Budget } from './budget.ts'
import { type HttpApp, serveConnection } from './http-connection.ts'

/** The conventional port of the clouds' vsock proxies, on which guests expect a KMS. */
export const KMS_PORT = 8000

/** Concurrent connections per enclave; further ones are closed. */
const CONNECTIONS_MAX = 64

/** Bytes of buffered requests per enclave, over all its connections; beyond that, the answer is 503. */
const REQUEST_BYTES_MAX = 8 * 1024 * 1024

/** A KMS that listens on a vsock port. */
export interface KmsListener {
  readonly port: number
  /** Closes the listener and its connections; resolves once all are closed. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** The limits of one enclave, so that it cannot use up what other enclaves need. */
class Share {
  readonly connections = new Budget(CONNECTIONS_MAX)
  readonly bytes = new Budget(REQUEST_BYTES_MAX)
}

/**
 * Serves `app` to every enclave of `parent`.
 *
 * @throws {EnclaveError} E_PARENT_CLOSED, E_VSOCK_PORT, E_VSOCK_PORT_TAKEN; the signal's reason if it is aborted.
 * @example
 * await using kms = await createKms()
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
 * await using serving = serveKms(parent, createKmsApp(kms))
 * serving.port // 8000
 */
export function serveKms(
  parent: Listening,
  app: HttpApp,
  { port = KMS_PORT, signal }: { port?: number; signal?: AbortSignal | undefined } = {},
): KmsListener {
  const open = new Map<VsockSocket, Promise<void>>()
  const shares = new Map<number, Share>()
  const listener = parent.listen(
    port,
    async (socket) => {
      const { cid } = socket.remote
      const share = shares.get(cid) ?? new Share()
      if (!share.connections.take(1)) return socket.close()
      shares.set(cid, share)
      // A guest that resets its connection is not a fault of the KMS.
      const served = serveConnection(socket, app, share.bytes).catch(() => socket.reset())
      open.set(socket, served)
      await served
      open.delete(socket)
      share.connections.give(1)
      if (share.connections.taken === 0) shares.delete(cid)
    },
    signal ? { signal } : {},
  )
  const close = async () => {
    listener.close()
    signal?.removeEventListener('abort', onAbort)
    const all = [...open]
    for (const [socket] of all) socket.reset()
    await Promise.all(all.map(([, served]) => served))
  }
  const onAbort = () => void close()
  signal?.addEventListener('abort', onAbort)
  return { port, close, [Symbol.asyncDispose]: close }
}
