/** The harness of the C SDK (`harness.c`), running: it takes one command at a time. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'

/** A harness that runs. */
export interface Harness {
  /** The words of the answer to a command. */
  ask(command: string, values?: Values): Promise<string[]>
  /** Ends it; returns what the sanitizers say. */
  end(): Promise<string>
}

type Values = Readonly<Record<string, string | number | undefined>>

const lineOf = (command: string, values: Values) => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return `${[command, ...given.map(([name, value]) => `${name}=${value}`)].join(' ')}\n`
}
const wordsOf = (line: string) => line.split(' ').map((word) => (word === '-' ? '' : word))

/** The native harness, in a process. */
export class NativeHarness implements Harness {
  readonly #child: ReturnType<typeof spawn>
  readonly #lines: AsyncIterator<string>
  #errors = ''

  constructor(path: string, env: Record<string, string> = {}) {
    // The sanitizers end the program, which the next command notices.
    const options = { env: { ...env, ASAN_OPTIONS: 'detect_leaks=1' }, stdio: 'pipe' } as const
    this.#child = spawn(path, options)
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
    this.#child.stderr!.on('data', (text) => {
      this.#errors += text
    })
    this.#child.stdin!.on('error', () => {})
  }

  async ask(command: string, values: Values = {}): Promise<string[]> {
    this.#child.stdin!.write(lineOf(command, values))
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`the harness ended: ${await this.end()}`)
    return wordsOf(value)
  }

  async end(): Promise<string> {
    this.#child.stdin!.end()
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close')
    return this.#child.exitCode === 0 ? this.#errors : this.#errors || `status ${this.#child.exitCode}`
  }
}

/** What the Worker asks for: an operation on a connection. Bytes and the result are in the shared memory. */
export interface Asked {
  readonly operation: 'open' | 'send' | 'receive' | 'close'
  /** A port, or a connection. */
  readonly at: number
  /** How many bytes there are in the shared memory, or may be. */
  readonly length: number
}

/** The shared memory: whether there is a result, the result, then bytes. */
export const RESULT_AT = 4
export const BYTES_AT = 8
export const SHARED_LENGTH: number = 1 << 20

/** The harness as WebAssembly, in a Worker, which waits for what this thread does with sockets. */
export class WasmHarness implements Harness {
  readonly #worker: Worker
  readonly #shared = Buffer.from(new SharedArrayBuffer(SHARED_LENGTH))
  readonly #sockets: Socket[] = []
  #answered: (line: string) => void = () => {}
  #failed: (error: Error) => void = () => {}

  constructor(path: string, env: Record<string, string> = {}) {
    const workerData = { path, env, shared: this.#shared.buffer }
    this.#worker = new Worker(new URL('./wasm-worker.ts', import.meta.url), { workerData })
    this.#worker.on('error', (error) => this.#failed(error as Error))
    this.#worker.on('message', (message: string | Asked) => {
      if (typeof message === 'string') this.#answered(message)
      else void this.#perform(message)
    })
  }

  ask(command: string, values: Values = {}): Promise<string[]> {
    return new Promise((resolve, reject) => {
      this.#answered = (line) => resolve(wordsOf(line))
      this.#failed = reject
      this.#worker.postMessage(lineOf(command, values))
    })
  }

  async end(): Promise<string> {
    await this.#worker.terminate()
    return ''
  }

  async #perform({ operation, at, length }: Asked): Promise<void> {
    const words = new Int32Array(this.#shared.buffer, 0, 2)
    words[RESULT_AT / 4] = await this.#result(operation, at, length).catch(() => -1)
    Atomics.store(words, 0, 1)
    Atomics.notify(words, 0)
  }

  async #result(operation: Asked['operation'], at: number, length: number): Promise<number> {
    if (operation === 'open') {
      const socket = connect(at, '127.0.0.1')
      await once(socket, 'connect')
      socket.on('error', () => {})
      return this.#sockets.push(socket) - 1
    }
    const socket = this.#sockets[at]!
    if (operation === 'send') {
      socket.write(Buffer.from(this.#shared.subarray(BYTES_AT, BYTES_AT + length)))
      return 1
    }
    if (operation === 'close') return socket.destroy() ? 0 : 1
    return this.#receive(socket, length)
  }

  async #receive(socket: Socket, most: number): Promise<number> {
    while (socket.readableLength === 0) {
      if (socket.readableEnded || socket.destroyed) return 0
      const events = ['readable', 'end', 'close', 'error'].map((name) => once(socket, name))
      socket.read(0)
      await Promise.race(events)
    }
    const bytes = socket.read(Math.min(most, socket.readableLength)) as Buffer
    return bytes.copy(this.#shared, BYTES_AT)
  }
}
