/** A connection of `fetch`, and one request and the head of its response on it. */
import { Receiver } from '../http1/receiver.ts'
import type { ByteSocket } from './host.ts'
import { type ResponseHead, readHead } from './http-head.ts'
import { type OutgoingRequest, writeRequest } from './http-request.ts'

/** An error of what makes the body of a request: its cause. */
export class SourceError extends Error {}

export class Line {
  /** Where it leads: one that is kept serves requests with the same key. */
  readonly key: string
  readonly receiver: Receiver
  /** Why the body of the request could not be sent to its end. */
  sourceError: SourceError | undefined
  /** Prevents that it is closed although it is used again. */
  cancelDrop: (() => void) | undefined
  readonly #socket: ByteSocket
  readonly #onClose: () => void
  #isSending = false

  constructor(key: string, socket: ByteSocket, onClose: () => void) {
    this.key = key
    this.receiver = new Receiver(() => socket.read())
    this.#socket = socket
    this.#onClose = onClose
  }

  /** Whether the last request was sent to its end, and nothing follows its response. */
  get isClean(): boolean {
    return !this.#isSending && this.receiver.held === 0
  }

  close(): void {
    this.cancelDrop?.()
    this.#socket.close()
    this.#onClose()
  }

  /**
   * Sends a request and reads the head of its response, which may come before all of the request has been sent; then the rest is
   * sent while the response is read. `restart` is called with each part that the server has taken.
   * @throws {SourceError}; what the connection throws
   */
  request(request: OutgoingRequest, restart: () => void): Promise<ResponseHead | undefined> {
    const { promise: failure, reject } = Promise.withResolvers<never>()
    let isLost = false
    const write = async (bytes: Uint8Array) => {
      try {
        await this.#socket.write(bytes)
        restart()
      } catch (error) {
        isLost = true
        throw error
      }
    }
    this.#isSending = true
    writeRequest({ write }, request).then(
      () => {
        this.#isSending = false
      },
      (cause: unknown) => {
        // An error of the connection counts only if there is no response.
        if (isLost) return
        this.sourceError = new SourceError('the body of the request', { cause })
        reject(this.sourceError)
        this.close()
      },
    )
    return Promise.race([readHead(this.receiver, request.method), failure])
  }
}
