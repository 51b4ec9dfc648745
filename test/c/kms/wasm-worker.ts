/** The Worker of `WasmHarness`: WASI as far as the harness needs it, and connections that the main thread opens. */
import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { Asked } from './harnesses.ts'

const { path, env, shared } = workerData as {
  path: string
  env: Record<string, string>
  shared: SharedArrayBuffer
}
const BYTES_AT = 8
const words = new Int32Array(shared, 0, 2)
const passed = Buffer.from(shared).subarray(BYTES_AT)
const variables = Object.entries(env).map(([name, value]) => Buffer.from(`${name}=${value}\0`))
let output = ''

function perform(operation: Asked['operation'], at: number, length = 0): number {
  Atomics.store(words, 0, 0)
  parentPort!.postMessage({ operation, at, length } satisfies Asked)
  Atomics.wait(words, 0, 0)
  return words[1]!
}

const loopback = {
  open: (port: number) => perform('open', port),
  close: (at: number) => void perform('close', at),
  send(at: number, from: number, length: number) {
    memory().copy(passed, 0, from, from + length)
    return perform('send', at, length)
  },
  receive(at: number, to: number, most: number) {
    const length = perform('receive', at, Math.min(most, passed.length))
    if (length > 0) passed.copy(memory(), to, 0, length)
    return Math.max(0, length)
  },
}

const wasi = {
  random_get(at: number, length: number) {
    crypto.getRandomValues(memory().subarray(at, at + length))
    return 0
  },
  clock_time_get(_clock: number, _precision: bigint, to: number) {
    memory().writeBigUInt64LE(BigInt(Date.now()) * 1_000_000n, to)
    return 0
  },
  environ_sizes_get(count: number, length: number) {
    memory().writeUInt32LE(variables.length, count)
    memory().writeUInt32LE(Buffer.concat(variables).length, length)
    return 0
  },
  environ_get(pointers: number, to: number) {
    for (const [index, variable] of variables.entries()) {
      memory().writeUInt32LE(to, pointers + 4 * index)
      to += variable.copy(memory(), to)
    }
    return 0
  },
  fd_write(_: number, vectors: number, count: number, written: number) {
    let total = 0
    for (let at = vectors; at < vectors + 8 * count; at += 8) {
      const [start, length] = [memory().readUInt32LE(at), memory().readUInt32LE(at + 4)]
      output += memory().toString('latin1', start, start + length)
      total += length
    }
    memory().writeUInt32LE(total, written)
    return 0
  },
}

// Whatever else the C library imports is unsupported: ENOSYS.
const imports = {
  loopback,
  wasi_snapshot_preview1: new Proxy(wasi, { get: (known, name) => Reflect.get(known, name) ?? (() => 52) }),
}
const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), imports)
const harness = instance.exports as unknown as {
  memory: WebAssembly.Memory
  input(): number
  run(): void
  _initialize(): void
}
const memory = () => Buffer.from(harness.memory.buffer)
harness._initialize()

parentPort!.on('message', (line: string) => {
  output = ''
  Buffer.from(`${line}\0`).copy(memory(), harness.input())
  harness.run()
  parentPort!.postMessage(output.trimEnd())
})
