/** The KMS over vsock, without a network between: enclaves of a parent instance connect to CID 3. */
import type { Listener, ListenOptions, SocketHandler } from '../../parent/index.ts'
import type { VsockSocket } from '../../vsock/socket.ts'
import { type HttpApp, serveConnection } from './http-connection.ts'

/** The port of the clouds' proxies by convention, at which guests look for a KMS. */
export const KMS_PORT = 8000

/** Connections at once; more are closed as they come. */
const CONNECTIONS_MAX = 256

/** What of a parent instance is needed. */
export interface Listening {
  listen(port: number, handler: SocketHandler, options?: ListenOptions): Listener
}

/** A KMS that listens. */
export interface KmsListener {
  readonly port: number
  /** Ends the listener and its connections; resolves once all of them are over. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Serves `app` to every enclave of `parent`.
 *
 * @throws {EnclaveError} E_PARENT_CLOSED, E_VSOCK_PORT, E_VSOCK_PORT_TAKEN; the signal's reason where that has aborted.
 * @example
 * await using kms = await Kms.open()
 * await using parent = await Parent.create({ vcpus: 2, memoryMiB: 512 })
 * await using serving = serveKms(parent, createKmsApp(kms))
 * serving.port // 8000
 */
export function serveKms(
  parent: Listening,
  app: HttpApp,
  { port = KMS_PORT, signal }: { port?: number; signal?: AbortSignal } = {},
): KmsListener {
  const open = new Map<VsockSocket, Promise<void>>()
  const listener = parent.listen(
    port,
    async (socket) => {
      if (open.size >= CONNECTIONS_MAX) return socket.close()
      // A guest that resets its connection is no fault of the KMS.
      const served = serveConnection(socket, app).catch(() => socket.reset())
      open.set(socket, served)
      await served
      open.delete(socket)
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
