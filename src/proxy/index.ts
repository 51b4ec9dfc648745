/**
 * `webclave/proxy`: the only way from an enclave to a network, like qt-proxy and vsock-proxy: it relays a vsock port of
 * the parent instance to one TCP destination, which must be on an allowlist. It does not interpret the bytes. Guests
 * are hostile: it buffers one chunk per direction, and limits the connections. Node only.
 *
 * @example
 * import { createParent } from 'webclave'
 * import { openProxy, readAllowlist } from 'webclave/proxy'
 *
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
 * const allowlist = readAllowlist('allowlist:\n- {address: kms.us-east-1.amazonaws.com, port: 443}')
 * await using proxy = openProxy(parent, { destination: allowlist[0], allowlist })
 * proxy.port // 8000
 *
 * @module
 */
import { connect, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { EnclaveError } from '../base/error.ts'
import { toDuplex } from '../node/index.ts'
import type { Listening } from '../parent/index.ts'
import type { VsockSocket } from '../vsock/socket.ts'
import { assertAllowed, type Destination } from './allowlist.ts'

export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export { type Destination, readAllowlist } from './allowlist.ts'

/** Options of openProxy. */
export interface ProxyOptions {
  readonly destination: Destination
  /** The allowed destinations. @default none */
  readonly allowlist?: readonly Destination[]
  /** The vsock port of the parent instance. @default 8000 */
  readonly port?: number
  /** Concurrent connections; further ones are reset. @default 64 */
  readonly maxConnections?: number
  /** The timeout for connecting to the destination, in milliseconds. @default 10,000 */
  readonly connectTimeout?: number
  /** Closes the proxy when aborted, like `close`. */
  readonly signal?: AbortSignal
}

/** A listening proxy. */
export interface VsockProxy {
  readonly port: number
  /** The number of open connections. */
  readonly connections: number
  /** Closes the listener and its connections; resolves once all are closed. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Relays every connection on `port` of `parent` to `destination`.
 *
 * @throws {EnclaveError} E_PROXY_NOT_ALLOWED, E_PROXY_DESTINATION, E_PROXY_OPTIONS, E_PARENT_CLOSED, E_VSOCK_PORT,
 *   E_VSOCK_PORT_TAKEN; the signal's reason if it is already aborted.
 * @example
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
 * const allowlist = readAllowlist('allowlist:\n- {address: 127.0.0.1, port: 8443}')
 * await using proxy = openProxy(parent, { destination: { address: '127.0.0.1', port: 8443 }, allowlist })
 * proxy.port // 8000
 */
export function openProxy(parent: Listening, options: ProxyOptions): VsockProxy {
  const { destination, allowlist = [], port = 8000, maxConnections = 64, connectTimeout = 10_000 } = options
  assertAllowed(allowlist, destination)
  assertPositive('maxConnections', maxConnections)
  assertPositive('connectTimeout', connectTimeout)
  const ending = new AbortController()
  const open = new Set<Promise<void>>()
  const listener = parent.listen(
    port,
    async (socket) => {
      if (open.size >= maxConnections) return socket.reset()
      const carried = carry(socket, destination, connectTimeout, ending.signal)
      open.add(carried)
      await carried
      open.delete(carried)
    },
    options.signal ? { signal: options.signal } : {},
  )
  const close = async () => {
    options.signal?.removeEventListener('abort', onAbort)
    listener.close()
    ending.abort()
    await Promise.all(open)
  }
  const onAbort = () => void close()
  options.signal?.addEventListener('abort', onAbort)
  return {
    port,
    get connections() {
      return open.size
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Relays until both directions are closed, or one side fails, which closes the other. Never rejects. */
async function carry(
  socket: VsockSocket,
  { address, port }: Destination,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const guest = toDuplex(socket)
  const remote = connect({ host: address, port, allowHalfOpen: true })
  const late = setTimeout(() => remote.destroy(new Error('connection timed out')), timeout)
  remote.once('connect', () => clearTimeout(late))
  // A guest that closed both halves reads no more, however long the destination stays: only its last bytes are
  // delivered.
  const part = () => remote.destroy()
  void socket.closed.then(() => (remote.writableFinished ? part() : remote.once('finish', part)))
  try {
    await pipeline(guest, remote, guest, { signal })
  } catch {
    // The error concerns one side; the other only learns that the connection is closed.
  } finally {
    clearTimeout(late)
    guest.destroy()
    await destroyed(remote)
  }
}

function destroyed(remote: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (remote.closed) return resolve()
    remote.once('close', () => resolve())
    remote.destroy()
  })
}

function assertPositive(name: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return
  throw new EnclaveError('E_PROXY_OPTIONS', {
    what: `invalid ${name}`,
    expected: 'a positive integer',
    got: String(value),
  })
}
