/**
 * The usual alternative: Node's Unix socket between this process and another. The peer is this file, run as a program.
 * The first bytes of a connection contain its request: a mode, the bytes per write, and the number of writes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const Mode = { SOURCE: 0, SINK: 1, ECHO: 2 } as const

/** Writes with backpressure. */
async function writeAll(socket: Socket, size: number, count: number): Promise<void> {
  const chunk = new Uint8Array(size)
  for (let done = 0; done < count; done++) if (!socket.write(chunk)) await once(socket, 'drain')
}

function drain(socket: Socket, length: number): Promise<void> {
  return new Promise((resolve) => {
    let left = length
    socket.on('data', function take(bytes: Uint8Array) {
      left -= bytes.byteLength
      if (left > 0) return
      socket.off('data', take)
      resolve()
    })
  })
}

function serve(socket: Socket): void {
  socket.once('data', (head: Uint8Array) => {
    const view = new DataView(head.buffer, head.byteOffset)
    const [mode, size, count] = [view.getUint8(0), view.getUint32(1, true), view.getUint32(5, true)]
    if (mode === Mode.ECHO) socket.on('data', (bytes: Uint8Array) => socket.write(bytes))
    else if (mode === Mode.SOURCE) void writeAll(socket, size, count)
    else void drain(socket, size * count).then(() => socket.write(Uint8Array.of(1)))
    socket.write(Uint8Array.of(0))
  })
}

/** The other process. */
export class UnixPeer {
  readonly #process: ChildProcess
  readonly #folder: string

  private constructor(process: ChildProcess, folder: string) {
    this.#process = process
    this.#folder = folder
  }

  static async start(): Promise<UnixPeer> {
    const folder = await mkdtemp(join(tmpdir(), 'webclave-bench-'))
    const peer = fork(fileURLToPath(import.meta.url), [join(folder, 'socket')])
    await once(peer, 'message')
    return new UnixPeer(peer, folder)
  }

  /** The peer sends `count` writes of `size` bytes, which are received by `data` events, or into `array` if given. */
  async receive(size: number, count: number, array?: Uint8Array): Promise<void> {
    let left = size * count
    let finish = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    // The first byte signals that the peer has started.
    const take = (length: number) => {
      left -= length
      if (left < 0) finish()
      return true
    }
    const socket = connect({
      path: join(this.#folder, 'socket'),
      ...(array && { onread: { buffer: array, callback: take } }),
    })
    if (!array) socket.on('data', (bytes: Uint8Array) => take(bytes.byteLength))
    socket.write(request(Mode.SOURCE, size, count))
    await finished
    socket.destroy()
  }

  /** The peer receives and drops `count` writes of `size` bytes, and then confirms. */
  async send(size: number, count: number): Promise<void> {
    const socket = await this.#open(Mode.SINK, size, count)
    await writeAll(socket, size, count)
    await once(socket, 'data')
    socket.destroy()
  }

  /** A connection on which the peer returns what it receives. */
  echo(): Promise<Socket> {
    return this.#open(Mode.ECHO, 0, 0)
  }

  async #open(mode: number, size: number, count: number): Promise<Socket> {
    const socket = connect(join(this.#folder, 'socket'))
    socket.write(request(mode, size, count))
    await once(socket, 'data')
    return socket
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill()
    await once(this.#process, 'exit')
    await rm(this.#folder, { recursive: true })
  }
}

function request(mode: number, size: number, count: number): Uint8Array {
  const bytes = new Uint8Array(9)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, mode)
  view.setUint32(1, size, true)
  view.setUint32(5, count, true)
  return bytes
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createServer(serve).listen(process.argv[2], () => process.send?.('listening'))
}
