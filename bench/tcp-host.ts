/** A TCP server in another process, and what can be measured through a relay from a Unix socket to it. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('programs/tcp-host.ts', import.meta.url))
const CHUNK = new Uint8Array(65536)

/** What the server does: returns what it receives; sends so many bytes; receives, and confirms each so many. */
export const MODES = { echo: 0, source: 1, sink: 2 } as const
/** The bytes that begin a connection: a mode and a number of bytes. */
export const HEAD_LENGTH = 5

/** A relay from a Unix socket, and what a connection begins with there. */
export interface Way {
  readonly path: string
  readonly preface?: string
}

/** Writes `length` bytes, a multiple of 64 KiB, with backpressure. */
export async function writeAll(socket: Socket, length: number): Promise<void> {
  for (let left = length; left > 0; left -= CHUNK.byteLength)
    if (!socket.write(CHUNK)) await once(socket, 'drain')
}

export class TcpHost {
  readonly port: number
  readonly #process: ChildProcess

  private constructor(port: number, process: ChildProcess) {
    this.port = port
    this.#process = process
  }

  static async start(): Promise<TcpHost> {
    const child = fork(PROGRAM)
    const [port] = await once(child, 'message')
    return new TcpHost(port, child)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill()
    await once(this.#process, 'exit')
  }
}

function begin({ path, preface = '' }: Way, mode: keyof typeof MODES, length = 0): Socket {
  const head = Buffer.alloc(HEAD_LENGTH)
  head[0] = MODES[mode]
  head.writeUInt32LE(length, 1)
  const socket = connect({ path, allowHalfOpen: true })
  socket.write(Buffer.concat([Buffer.from(preface), head]))
  return socket
}

/** Sends `length` bytes through a relay. */
export async function send(way: Way, length: number): Promise<void> {
  const socket = begin(way, 'sink', length)
  await writeAll(socket, length)
  await once(socket, 'data')
  socket.destroy()
}

/** Receives `length` bytes through a relay. */
export async function receive(way: Way, length: number): Promise<void> {
  const socket = begin(way, 'source', length)
  await received(socket, length)
  socket.destroy()
}

function received(socket: Socket, length: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = length
    const take = ({ byteLength }: Uint8Array) => {
      left -= byteLength
      if (left > 0) return
      socket.off('data', take).off('close', fail)
      resolve()
    }
    const fail = () => reject(new Error('bench: the connection ended too early'))
    socket.on('data', take).once('close', fail)
  })
}

/** An open connection whose bytes come back. */
export class Echo {
  readonly #socket: Socket

  constructor(way: Way) {
    this.#socket = begin(way, 'echo')
  }

  async trips(bytes: Uint8Array, count: number): Promise<void> {
    for (let done = 0; done < count; done++) {
      this.#socket.write(bytes)
      await received(this.#socket, bytes.byteLength)
    }
  }

  /** Closes both directions in order; resolves when they are. */
  async close(): Promise<void> {
    const closed = once(this.#socket, 'close')
    this.#socket.end()
    await closed
  }
}

/** An open connection on which each message has an answer. Its second part is written when the first has left. */
export class InParts {
  static readonly LENGTH = 64
  readonly #socket: Socket

  constructor(way: Way) {
    this.#socket = begin(way, 'sink', InParts.LENGTH)
  }

  async trip(): Promise<void> {
    const part = new Uint8Array(InParts.LENGTH / 2)
    this.#socket.write(part)
    await new Promise((resolve) => setTimeout(resolve, 1))
    this.#socket.write(part)
    await received(this.#socket, 1)
  }

  close(): void {
    this.#socket.destroy()
  }
}
