/**
 * An enclave's vsock for programs in any language, like Firecracker's (docs/vsock.md there): a program that connects to
 * the Unix socket and writes `CONNECT <port>\n` gets `OK <own port>\n`, and is then connected to the enclave's port; an
 * enclave that connects to port P of its parent reaches the program that listens on `<path>_<P>`, or on `parent_<P>` in the
 * directory of all enclaves. The latter first gets a line that says which enclave it is: JSON, `EnclaveLine`.
 */
import { statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { dirname, join as joinPath } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { toDuplex } from '../node/index.ts'
import { readLine } from '../node/read-line.ts'
import type { Enclave } from '../parent/enclave.ts'
import type { SocketHandler } from '../parent/listeners.ts'
import type { VsockSocket } from '../vsock/socket.ts'
import { SocketServer } from './socket-server.ts'

const CONNECT = /^CONNECT (\d{1,10})$/
const MAX_LINE = 64

/** Which enclave a connection comes from, and what the manifest of its image lists. */
export interface EnclaveLine {
  readonly id: number
  readonly cid: number
  readonly destinations: readonly string[]
}

/** Bytes of such a line at most. */
export const MAX_ENCLAVE_LINE: number = 1 << 20

/** Lets programs connect to the enclave at `path`, once it runs. @throws {EnclaveError} E_STATE_FILE */
export function serveVsock(enclave: Promise<Enclave>, path: string): Promise<SocketServer> {
  return SocketServer.listen(path, (socket) => void connectTo(enclave, socket))
}

/** The socket on which a program listens for all enclaves of this user, in their runtime directory. */
export const parentSocket = (runtime: string, port: number): string => joinPath(runtime, `parent_${port}`)

/**
 * The handler for the enclave's connections to `port` of its parent: the program that listens on `<path>_<port>`, or else
 * the one that listens for all enclaves.
 */
export function vsockListener(
  path: string,
  port: number,
  enclave: () => EnclaveLine,
): SocketHandler | undefined {
  const place = `${path}_${port}`
  if (isSocket(place)) return (connection) => join(connection, connect({ path: place, allowHalfOpen: true }))
  return sharedVsockListener(dirname(dirname(path)), port, enclave)
}

/** The handler for connections of enclaves to `port` of their parent: the program that listens for all of this user's. */
export function sharedVsockListener(
  runtime: string,
  port: number,
  enclave: (cid: number) => EnclaveLine,
): SocketHandler | undefined {
  const place = parentSocket(runtime, port)
  if (!isSocket(place)) return undefined
  return (connection) => {
    const socket = connect({ path: place, allowHalfOpen: true })
    socket.write(`${JSON.stringify(enclave(connection.remote.cid))}\n`)
    return join(connection, socket)
  }
}

const isSocket = (path: string) => statSync(path, { throwIfNoEntry: false })?.isSocket() ?? false

async function connectTo(running: Promise<Enclave>, socket: Socket): Promise<void> {
  const [, port] = CONNECT.exec((await readLine(socket, MAX_LINE)) ?? '') ?? []
  try {
    if (port === undefined) return void socket.destroy()
    const enclave = await running
    const connection = await enclave.connect(Number(port))
    socket.write(`OK ${connection.local.port}\n`)
    await join(connection, socket)
  } catch {
    // Like Firecracker, a refused connection is closed without a message.
    socket.destroy()
  }
}

/** Relays bytes until both directions are closed, or one side fails. */
async function join(connection: VsockSocket, socket: Socket): Promise<void> {
  const stream = toDuplex(connection)
  try {
    await Promise.all([pipeline(socket, stream), pipeline(stream, socket)])
  } catch {
    stream.destroy()
    socket.destroy()
  }
}
