/**
 * The main program of an enclave's process: runs the enclave in the first thread, which communicates with the
 * hypervisor directly through two pipes. If the enclave has a CPU time limit, a second thread enforces it.
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

/** The argument that marks the second thread. */
const WATCH = 'watch'

/** The exports of the script of a kernel and a component's glue. */
interface Runnable {
  run(message: BootMessage, channel: KernelChannel): Promise<void>
}

/**
 * The two pipes as a socket. The process exits when one of them closes. `busy` is 1 while the enclave runs rather than
 * waits for them.
 */
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

/** A compiled program. */
interface Compiled {
  modules: ReadonlyMap<string, WebAssembly.Module>
  start: () => Promise<object>
}

async function compile({ script, code, moduleBytes }: ReceivedCode): Promise<Compiled> {
  // Synchronous, because there is nothing else to do meanwhile and it is faster.
  const modules = new Map([...moduleBytes].map(([name, bytes]) => [name, new WebAssembly.Module(bytes)]))
  return { modules, start: await compileScript(script, code) }
}

/** Compiles what is in the file; undefined if the file is incomplete, because CODE will then follow. */
async function compileExpected(): Promise<Compiled | undefined> {
  try {
    const { code } = readProgram((length) => readExactly(EXPECTED_FILE, length))
    return code && (await compile(code))
  } catch {
    return undefined
  }
}

/** Waits for the program that may run. */
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

/** Milliseconds since an arbitrary time. Avoids `performance`, which Node would have to load first. */
function now(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

async function runEnclave(): Promise<void> {
  const busy = new Int32Array(new SharedArrayBuffer(4))
  const socket = hypervisorSocket(busy)
  const { boot, cpuLimit, modules, start } = await receiveProgram(socket)
  // The start deadline limits the boot; CPU time counts from the first read of the socket.
  Atomics.store(busy, 0, 0)
  if (cpuLimit !== undefined) await startWatching({ busy, cpuLimit })
  permission?.drop?.('fs.read')
  permission?.drop?.('worker')
  const { run } = (await start()) as Runnable
  await run({ ...boot, modules }, new FrameChannel(socket, now))
  // The end has been reported to the hypervisor, which terminates this process.
  for (;;) socket.read(new Uint8Array(1))
}

/** The `workerData` of the second thread. */
interface Watched {
  busy: Int32Array
  cpuLimit: number
}

/** Resolves once the second thread has loaded what it needs, so that permissions can then be dropped. */
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
