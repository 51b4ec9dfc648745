/** The KMS over vsock, without a network between: enclaves of a parent instance connect to CID 3. */
import type { Listening } from '../../parent/index.ts'
import type { VsockSocket } from '../../vsock/socket.ts'
import { Budget } from './budget.ts'
import { type HttpApp, serveConnection } from './http-connection.ts'

/** The port of the clouds' proxies by convention, at which guests look for a KMS. */
export const KMS_PORT = 8000

/** Connections of one enclave at once; more are closed as they come. */
const CONNECTIONS_MAX = 64

/** Bytes of requests that one enclave may have here at once, in all of its connections; more are answered 503. */
const REQUEST_BYTES_MAX = 8 * 1024 * 1024

/** A KMS that listens. */
export interface KmsListener {
  readonly port: number
  /** Ends the listener and its connections; resolves once all of them are over. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** What one enclave has of the KMS, so that it has nothing of what is another's. */
class Share {
  readonly connections = new Budget(CONNECTIONS_MAX)
  readonly bytes = new Budget(REQUEST_BYTES_MAX)
}

/**
 * Serves `app` to every enclave of `parent`.
 *
 * @throws {EnclaveError} E_PARENT_CLOSED, E_VSOCK_PORT, E_VSOCK_PORT_TAKEN; the signal's reason where that has aborted.
 * @example
 * await using kms = await createKms()
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
 * await using serving = serveKms(parent, createKmsApp(kms))
 * serving.port // 8000
 */
export function serveKms(
  parent: Listening,
  app: HttpApp,
  { port = KMS_PORT, signal }: { port?: number; signal?: AbortSignal } = {},
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
      // A guest that resets its connection is no fault of the KMS.
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
