/**
 * Connects to an enclave that `qt` or `nitro-cli` has started, over the Unix socket of its vsock: `CONNECT PORT\n` is
 * answered with `OK NUMBER\n`, and then the socket is the connection (as in Firecracker, docs/vsock.md there).
 */
import { lstatSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { EnclaveError } from '../base/error.ts'
import { intrusionOf } from '../platform/ownership.ts'
import { runtimeFolder, VSOCK_SOCKET } from '../platform/runtime-folder.ts'
import { readLine } from './read-line.ts'

/** The longest answer is `OK ` and a number of 32 bits. */
const MAX_LINE = 64
const MAX_PORT = 0xffffffff

/** Options of `connectTo`. */
export interface ConnectToOptions {
  /** Aborts connecting. */
  signal?: AbortSignal | undefined
}

/**
 * Connects to `port` of the enclave with the ID `enclave` (`EnclaveID` of `qt enclave query`), or of the one whose socket
 * is at that path.
 *
 * @throws {EnclaveError} E_ENCLAVE_UNKNOWN if it does not run; E_VSOCK_REFUSED if it does not listen on `port`;
 *   E_VSOCK_PORT; E_STATE_OWNER if the sockets belong to another user.
 * @example
 * import { connectTo } from 'webclave/node'
 *
 * const stream = await connectTo(0, 5000)
 * stream.end('hello')
 * for await (const bytes of stream) console.log(String(bytes))
 */
export async function connectTo(
  enclave: number | string,
  port: number,
  { signal }: ConnectToOptions = {},
): Promise<Duplex> {
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) {
    throw new EnclaveError('E_VSOCK_PORT', {
      what: 'invalid port',
      expected: `0 to ${MAX_PORT}`,
      got: `${port}`,
    })
  }
  signal?.throwIfAborted()
  const socket = connect({
    path: typeof enclave === 'string' ? enclave : pathOf(enclave),
    allowHalfOpen: true,
  })
  const abort = () => void socket.destroy()
  signal?.addEventListener('abort', abort)
  try {
    await opened(socket, enclave)
    socket.write(`CONNECT ${port}\n`)
    const answer = await readLine(socket, MAX_LINE)
    signal?.throwIfAborted()
    if (answer?.startsWith('OK ')) return socket
    throw new EnclaveError('E_VSOCK_REFUSED', {
      what: `enclave ${enclave} does not accept connections to port ${port}`,
      hint: 'it may not listen yet: try again',
    })
  } catch (error) {
    socket.destroy()
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

function pathOf(id: number): string {
  const folder = runtimeFolder()
  const entry = lstatSync(folder, { throwIfNoEntry: false })
  if (entry && intrusionOf(entry)) {
    throw new EnclaveError('E_STATE_OWNER', {
      what: `other users can write to ${folder}`,
      hint: 'set XDG_RUNTIME_DIR to a folder of this user',
    })
  }
  return join(folder, `${id}`, VSOCK_SOCKET)
}

function opened(socket: Socket, enclave: number | string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('close', () => reject(new Error('closed')))
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new EnclaveError('E_ENCLAVE_UNKNOWN', {
          what: `enclave ${enclave} is not running`,
          got: cause.code ?? cause.message,
          hint: 'run qt enclave query to list the enclaves',
          cause,
        }),
      )
    })
  })
}
