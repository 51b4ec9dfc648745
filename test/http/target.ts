/** An enclave in memory, whose connections the test answers. */
import type { HttpTarget } from '../../src/http/front.ts'

/** One connection, as the enclave sees it. */
export class Peer {
  /** All that the front has sent. */
  text = ''
  isReset = false
  readonly connection: { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array> }
  /** What is called with all that has come, after each piece. */
  onText: (text: string) => void = () => {}
  #controller!: ReadableStreamDefaultController<Uint8Array>
  /** What a write waits for. */
  taken: Promise<void> = Promise.resolve()

  constructor() {
    this.connection = {
      readable: new ReadableStream({
        start: (controller) => {
          this.#controller = controller
        },
      }),
      writable: new WritableStream({
        start: ({ signal }) => signal.addEventListener('abort', () => this.#reset()),
        write: async (bytes) => {
          await this.taken
          this.text += Buffer.from(bytes).toString('latin1')
          this.onText(this.text)
        },
      }),
    }
  }

  send(text: string | Uint8Array): this {
    this.#controller.enqueue(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
    return this
  }

  /** The enclave closes its half. */
  finish(): this {
    this.#controller.close()
    return this
  }

  /** The enclave ends. */
  fail(): this {
    this.#controller.error(Object.assign(new Error('reset'), { code: 'E_VSOCK_RESET' }))
    return this
  }

  #reset(): void {
    this.isReset = true
  }
}

/** An enclave that answers each request, which `answer` gets with its number on this connection. */
export function targetOf(
  answer: (peer: Peer, request: string, at: number) => void,
): HttpTarget & { peers: Peer[] } {
  const peers: Peer[] = []
  return {
    peers,
    async connect() {
      const peer = new Peer()
      peers.push(peer)
      let at = 0
      let seen = 0
      peer.onText = (text) => {
        // Requests without a body, or whose end is theirs.
        for (let end = text.indexOf('\r\n\r\n', seen); end >= 0; end = text.indexOf('\r\n\r\n', seen)) {
          const request = text.slice(seen, end)
          seen = end + 4
          answer(peer, request, at++)
        }
      }
      return peer.connection
    },
  }
}

export const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'

/** The code of the error that `promise` rejects with, or what it gives. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise
  } catch (error) {
    return (error as { code?: string }).code ?? error
  }
}
