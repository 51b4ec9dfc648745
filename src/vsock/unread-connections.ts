/** Closed connections of one end that have not been read to the end. */
import type { BufferPool } from './buffer-pool.ts'
import type { Connection } from './connection.ts'

/** Each counts and keeps its buffer until it is read, discarded or collected as garbage. */
export class UnreadConnections {
  readonly #buffers: BufferPool
  readonly #collected = new FinalizationRegistry<number>((length) => this.#forget(length))
  #count = 0

  constructor(buffers: BufferPool) {
    this.#buffers = buffers
  }

  /** How many there are. */
  get count(): number {
    return this.#count
  }

  /** Adds a closed connection that has unread bytes. */
  add(connection: Connection): void {
    const { bufferLength } = connection
    this.#count += 1
    // The token for the registry must not keep the connection alive.
    const token = {}
    this.#collected.register(connection, bufferLength, token)
    connection.onDrained = () => {
      this.#collected.unregister(token)
      this.#forget(bufferLength)
    }
  }

  #forget(bufferLength: number): void {
    this.#count -= 1
    this.#buffers.give(bufferLength)
  }
}
