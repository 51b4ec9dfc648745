/** What the C SDK's client talks to: an attestation authority and KMSs, on ports of loopback. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { AttestationAuthority } from '../../../src/attestation/issue/authority.ts'
import { Budget } from '../../../src/kms/vsock/budget.ts'
import { type HttpApp, serveConnection } from '../../../src/kms/vsock/http-connection.ts'
import { PROFILE, pcrsOf } from '../../kms/support.ts'

/** Listens on a free port of loopback. */
export async function listen(
  serve: (socket: Socket) => unknown,
): Promise<{ port: number; close(): Promise<void> }> {
  const open = new Set<Socket>()
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.on('error', () => {}).on('close', () => open.delete(socket))
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Serves `app` as it is served over vsock. */
export function serveApp(app: HttpApp): Promise<{ port: number; close(): Promise<void> }> {
  return listen((socket) => {
    const { readable, writable } = Duplex.toWeb(socket)
    const streams = { readable: readable as ReadableStream<Uint8Array>, writable }
    serveConnection(streams, app, new Budget(1 << 24)).catch(() => {})
  })
}

/** Serves the documents of an enclave. */
export function serveDocuments(authority: AttestationAuthority): ReturnType<typeof listen> {
  return listen(async (socket) => {
    let received = Buffer.alloc(0)
    for await (const piece of socket) {
      received = Buffer.concat([received, piece as Buffer])
      const parts = partsOf(received)
      if (!parts) continue
      const [nonce, publicKey] = parts.map((part) => Uint8Array.from(part)) as [
        Uint8Array<ArrayBuffer>,
        Uint8Array<ArrayBuffer>,
      ]
      const request = { profile: PROFILE, moduleId: 'i.enc-1', pcrs: pcrsOf(1), nonce, publicKey }
      socket.end(await authority.attest(request))
      return
    }
  })
}

/** Two parts, each after its length; undefined if they are not complete. */
function partsOf(bytes: Buffer): [Buffer, Buffer] | undefined {
  if (bytes.length < 4) return undefined
  const first = bytes.readUInt32BE(0)
  if (bytes.length < 8 + first) return undefined
  const second = bytes.readUInt32BE(4 + first)
  if (bytes.length < 8 + first + second) return undefined
  return [bytes.subarray(4, 4 + first), bytes.subarray(8 + first, 8 + first + second)]
}
