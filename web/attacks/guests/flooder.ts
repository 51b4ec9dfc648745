/** Sends as much as it can to its parent instance: bytes that nobody reads, and connections. */
import { serve, vsock } from 'webclave/sdk'

const PART = new Uint8Array(65536).fill(0x66)
const MAX_CONNECTIONS = 10_000

let written = 0
const kept: unknown[] = []

const handlers = {
  /** Begins to write to a port, without end. */
  async flood({ port }: { port: number }) {
    const socket = await vsock.connect(port)
    const write = async () => {
      for (;;) {
        await socket.write(PART)
        written += PART.length
      }
    }
    void write()
    return true
  },

  /** How many bytes were taken from it. */
  written() {
    return written
  },

  /** Opens connections until it is refused one. */
  async connect({ port }: { port: number }) {
    while (kept.length < MAX_CONNECTIONS) {
      try {
        kept.push(await vsock.connect(port))
      } catch (error) {
        return { connections: kept.length, failed: String(error) }
      }
    }
    return { connections: kept.length }
  },
}

export default async function main(): Promise<void> {
  await serve(handlers)
}
