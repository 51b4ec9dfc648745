/**
 * What an enclave's own process runs: the enclave, in the process's first thread, which talks to the hypervisor through
 * two pipes by itself. Where the enclave is given a CPU time, a second thread watches whether the first spends more.
 */
import { once } from 'node:events'
import { closeSync, readSync, writeSync } from 'node:fs'
import { argv, exit, hrtime, kill, permission, pid } from 'node:process'
import type { Bytes } from '../base/bytes.ts'
import type { BootMessage } from '../boundary/boot-message.ts'
import { EXPECTED, FROM_HYPERVISOR, TO_HYPERVISOR } from '../boundary/frames.ts'
import type { KernelChannel } from '../boundary/kernel-channel.ts'
import { type ReceivedBoot, type ReceivedCode, readProgram } from '../boundary/program-frames.ts'
import { SPENT, watch } from '../boundary/watchdog.ts'
import { compileScript } from '../platform/script-module.ts'
import { type BlockingSocket, FrameChannel } from './frame-channel.ts'

/** What tells the second thread that it is one. */
const WATCH = 'watch'

/** What the script of a kernel and a component's glue exports. */
interface Runnable {
  run(message: BootMessage, channel: KernelChannel): Promise<void>
}

/** The process lives no longer than both pipes; `busy` is 1 while the enclave does something else than wait for them. */
function hypervisorSocket(busy: Int32Array): BlockingSocket {
  return {
    read(into) {
      Atomics.store(busy, 0, 0)
      const length = orExit(() => readSync(FROM_HYPERVISOR, into))
      Atomics.store(busy, 0, 1)
      return length || exit(0)
    },
    write(bytes) {
      for (let at = 0; at < bytes.byteLength; ) at += orExit(() => writeSync(TO_HYPERVISOR, bytes, at))
    },
  }
}

function orExit<Result>(use: () => Result): Result {
  try {
    return use()
  } catch {
    return exit(0)
  }
}

const EXPECTED_FILE: Pick<BlockingSocket, 'read'> = {
  read(into) {
    const length = readSync(EXPECTED, into)
    if (length > 0) return length
    throw new Error('the file is too short')
  },
}

function readExactly(from: Pick<BlockingSocket, 'read'>, length: number): Bytes {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; ) at += from.read(bytes.subarray(at))
  return bytes
}

/** A program that can begin. */
interface Compiled {
  modules: ReadonlyMap<string, WebAssembly.Module>
  start: () => Promise<object>
}

async function compile({ script, code, moduleBytes }: ReceivedCode): Promise<Compiled> {
  // Nothing else is to be done here meanwhile: in this thread it takes less time.
  const modules = new Map([...moduleBytes].map(([name, bytes]) => [name, new WebAssembly.Module(bytes)]))
  return { modules, start: await compileScript(script, code) }
}

/** What is in the file. Where nothing whole is, it comes later. */
async function compileExpected(): Promise<Compiled | undefined> {
  try {
    const { code } = readProgram((length) => readExactly(EXPECTED_FILE, length))
    return code && (await compile(code))
  } catch {
    return undefined
  }
}

/** Waits until it is known what may run. */
async function receiveProgram(socket: BlockingSocket): Promise<ReceivedBoot & Compiled> {
  for (let compiled: Compiled | undefined; ; ) {
    const { code, boot } = readProgram((length) => readExactly(socket, length))
    if (!boot) {
      compiled = await (code ? compile(code) : compileExpected())
      continue
    }
    if (!compiled) return exit(1)
    closeSync(EXPECTED)
    return { ...boot, ...compiled }
  }
}

/** Milliseconds since some moment. Node's `performance` would have to be loaded first. */
function now(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

async function runEnclave(): Promise<void> {
  const busy = new Int32Array(new SharedArrayBuffer(4))
  const socket = hypervisorSocket(busy)
  const { boot, cpuLimit, modules, start } = await receiveProgram(socket)
  // Its boot is bounded by the start deadline; what the enclave spends begins with its first look at the socket.
  Atomics.store(busy, 0, 0)
  if (cpuLimit !== undefined) await startWatching({ busy, cpuLimit })
  permission?.drop?.('fs.read')
  permission?.drop?.('worker')
  const { run } = (await start()) as Runnable
  await run({ ...boot, modules }, new FrameChannel(socket, now))
  // Its last words are with the hypervisor, which ends what is left.
  for (;;) socket.read(new Uint8Array(1))
}

/** What the second thread is given. */
interface Watched {
  busy: Int32Array
  cpuLimit: number
}

/** Resolves once the second thread has what it needs of this process, which can then be taken away. */
async function startWatching(watched: Watched): Promise<void> {
  const { Worker } = await import('node:worker_threads')
  const thread = new Worker(argv[1]!, { argv: [WATCH], workerData: watched, stdout: true, stderr: true })
  await once(thread, 'message')
}

async function watchEnclave(): Promise<void> {
  const { parentPort, workerData } = await import('node:worker_threads')
  const { busy, cpuLimit } = workerData as Watched
  watch(
    () => Atomics.load(busy, 0) === 1,
    cpuLimit,
    () => kill(pid, SPENT),
  )
  parentPort!.postMessage('watching')
}

void (argv[2] === WATCH ? watchEnclave() : runEnclave())
