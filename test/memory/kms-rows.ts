/** The memory that a KMS uses for the requests of one enclave. */
import { setImmediate as task } from 'node:timers/promises'
import { serveKms } from '../../src/kms/index.ts'
import type { VsockSocket } from '../../src/parent/index.ts'
import { DRIVEN, KIB, type MemoryRow, MIB } from './row.ts'

/** The maximum length of a request's body. */
const BODY = 512 * KIB

export const kmsRows: Readonly<Record<string, MemoryRow>> = {
  'requests to the KMS over vsock': {
    bound: 8 * MIB,
    async drive() {
      let accept: (socket: VsockSocket) => unknown = () => {}
      const parent = {
        listen(port: number, handler: typeof accept) {
          accept = handler
          return { port, close() {}, [Symbol.dispose]() {} }
        },
      }
      const serving = serveKms(parent, { fetch: () => new Promise<Response>(() => {}) })
      const head = new TextEncoder().encode(`POST / HTTP/1.1\r\nhost: kms\r\ncontent-length: ${BODY}\r\n\r\n`)
      const byte = Uint8Array.of(1)
      // Connections with almost complete requests, one after the other; the last bytes arrive one by one.
      for (let sent = 0; sent < DRIVEN; sent += BODY) {
        let part = 0
        const readable = new ReadableStream<Uint8Array>(
          {
            pull(controller) {
              part += 1
              if (part === 1) controller.enqueue(head)
              else if (part === 2) controller.enqueue(new Uint8Array(BODY - 2000).fill(1))
              else if (part < 1000) controller.enqueue(byte)
              else return new Promise<void>(() => {})
            },
          },
          { highWaterMark: 0 },
        )
        const socket = {
          readable,
          writable: new WritableStream(),
          remote: { cid: 4, port: sent },
          close() {},
          reset() {},
        }
        accept(socket as unknown as VsockSocket)
        await task()
      }
      return serving
    },
  },
}
