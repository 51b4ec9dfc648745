/** TLS sessions of the enclave's module with real servers on loopback; what crosses the parent instance is captured. */
import { randomFillSync } from 'node:crypto'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { createTls } from '../../src/kernel/tls.ts'
import type { ByteSocket, NetworkHost } from '../../src/network/index.ts'
import { type SecureOptions, TlsSocket } from '../../src/network/tls.ts'
import { loweredCalls } from '../../src/testing/interfaces/lowered.ts'
import { type Issued, issue } from '../support/certificates.ts'
import { hostOf } from './memory-socket.ts'

/** The authority that hosts trust, and a server's certificate of it. */
export const authority: Issued = issue({ subject: 'test authority', isAuthority: true })
export const localhost: Issued = issue({
  subject: 'server',
  issuer: authority,
  names: ['localhost'],
  addresses: ['127.0.0.1'],
})

/** A host with a TLS module of its own, which trusts `roots`. */
export function tlsHost(
  roots: string = authority.pem,
  open: NetworkHost['open'] = () => Promise.reject(),
): NetworkHost {
  const operation = loweredCalls(createTls)
  const [begin, openSession, run, close] = ['begin', 'open', 'run', 'close'].map(operation)
  return {
    ...hostOf(open),
    tls: { begin, open: openSession, run, close } as NetworkHost['tls'],
    random: (length) => randomFillSync(new Uint8Array(length)),
    manifest: () => ({ roots: 'roots.pem' }),
    file: (path) => (path === 'roots.pem' ? new TextEncoder().encode(roots) : undefined),
  }
}

/** A connection of Node as an enclave has one. */
export interface Bridge extends ByteSocket {
  /** All bytes, both ways. */
  readonly captured: Buffer[]
  readonly socket: Socket
}

export function bridge(socket: Socket, size: number = Number.POSITIVE_INFINITY): Bridge {
  const captured: Buffer[] = []
  const pieces = socket.iterator({ destroyOnReturn: false })
  let held = Buffer.alloc(0)
  return {
    captured,
    socket,
    async read(length = 65_536) {
      while (held.byteLength === 0) {
        const { value, done } = await pieces.next().catch(endIfClosed)
        if (done) return undefined
        held = value
        captured.push(value)
      }
      const piece = Uint8Array.from(held.subarray(0, Math.min(length, size)))
      held = held.subarray(piece.byteLength)
      return piece
    },
    write(bytes) {
      captured.push(Buffer.from(bytes))
      return new Promise((resolve, reject) => {
        socket.write(Uint8Array.from(bytes), (error) => (error ? reject(error) : resolve()))
      })
    },
    end: () => void socket.end(),
    close: () => void socket.destroy(),
  }
}

/** Node's error where this end has closed the connection. */
function endIfClosed(error: Error & { code?: string }): { value: undefined; done: true } {
  if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  return { value: undefined, done: true }
}

/** A connection to a port on loopback. */
export async function reach(port: number, size?: number): Promise<Bridge> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  // Later ones are the reader's and the writer's.
  socket.on('error', () => {})
  return bridge(socket, size)
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A session with the server on `port`. */
export async function openSession(
  host: NetworkHost,
  port: number,
  { size, ...options }: Partial<SecureOptions> & { readonly size?: number } = {},
): Promise<{ session: TlsSocket; under: Bridge }> {
  const under = await reach(port, size)
  try {
    return { session: await TlsSocket.open(host, under, { name: 'localhost', ...options }), under }
  } catch (error) {
    under.close()
    throw error
  }
}

/** All that is read until the end. */
export async function readAll(socket: ByteSocket): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for (let piece = await socket.read(); piece; piece = await socket.read()) pieces.push(piece)
  return Buffer.concat(pieces)
}
