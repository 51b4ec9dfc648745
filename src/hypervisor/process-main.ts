/**
 * What an enclave's own process runs: the enclave, in the process's first thread, which talks to the hypervisor through
 * a socket by itself. A second thread watches what the first cannot: whether the hypervisor is still there, and whether
 * the enclave spends more time than it was given.
 */
import { read, readSync, writeSync } from 'node:fs'
import { argv, exit, kill, permission, pid } from 'node:process'
import { deserialize } from 'node:v8'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Bytes } from '../base/bytes.ts'
import type { BootMessage } from '../kernel/boot.ts'
import type { KernelChannel } from '../kernel/channel.ts'
import { type BlockingSocket, FrameChannel } from '../kernel/frame-channel.ts'
import { Frame, HYPERVISOR, KIND_AT, PREFIX_LENGTH } from '../kernel/frames.ts'
import { loadScript } from '../platform/script-module.ts'
import { workerScript } from '../platform/worker.ts'
import type { SentProgram } from './host.ts'
import { LIFELINE, SPENT, watch } from './watchdog.ts'

/** The first frame carries the whole program. */
const MAX_BOOT_LENGTH = 1 << 30

/** What the script of a kernel and a component's glue exports. */
interface Runnable {
  run(message: BootMessage, channel: KernelChannel): Promise<void>
}

/** The process lives no longer than the socket; `busy` is 1 while the enclave does something else than wait for it. */
function socketTo(descriptor: number, busy: Int32Array): BlockingSocket {
  return {
    read(into) {
      Atomics.store(busy, 0, 0)
      const length = orExit(() => readSync(descriptor, into))
      Atomics.store(busy, 0, 1)
      return length || exit(0)
    },
    write(bytes) {
      for (let at = 0; at < bytes.byteLength; ) at += orExit(() => writeSync(descriptor, bytes, at))
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

function readExactly(socket: BlockingSocket, length: number): Bytes {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; ) at += socket.read(bytes.subarray(at))
  return bytes
}

/** Waits for the frame with the program. */
function receiveProgram(socket: BlockingSocket): SentProgram {
  const prefix = new DataView(readExactly(socket, PREFIX_LENGTH).buffer)
  const length = prefix.getUint32(0, true)
  if (prefix.getUint8(KIND_AT) !== Frame.BOOT || length > MAX_BOOT_LENGTH) exit(1)
  return deserialize(readExactly(socket, length)) as SentProgram
}

async function runEnclave(): Promise<void> {
  const busy = new Int32Array(new SharedArrayBuffer(4))
  const watchdog = new Worker(argv[1]!, { workerData: busy, stdout: true, stderr: true })
  const socket = socketTo(HYPERVISOR, busy)
  const { kernel, glue, code, moduleBytes, boot, cpuLimit } = receiveProgram(socket)
  if (cpuLimit !== undefined) watchdog.postMessage(cpuLimit)
  // Its boot is bounded by the start deadline; what the enclave spends begins with its first look at the socket.
  Atomics.store(busy, 0, 0)
  permission?.drop?.('fs.read')
  permission?.drop?.('worker')
  // Nothing else is to be done here meanwhile: in this thread it takes less time.
  const modules = new Map([...moduleBytes].map(([name, bytes]) => [name, new WebAssembly.Module(bytes)]))
  const clock = performance
  const { run } = (await loadScript(workerScript(kernel, glue), code)) as Runnable
  await run({ ...boot, modules }, new FrameChannel(socket, () => clock.now()))
  // Its last words are with the hypervisor, which ends what is left.
  for (;;) socket.read(new Uint8Array(1))
}

function watchEnclave(busy: Int32Array): void {
  read(LIFELINE, new Uint8Array(1), 0, 1, null, () => kill(pid, 'SIGKILL'))
  parentPort!.once('message', (cpuLimit: number) => {
    watch(
      () => Atomics.load(busy, 0) === 1,
      cpuLimit,
      () => kill(pid, SPENT),
    )
  })
}

if (isMainThread) void runEnclave()
else watchEnclave(workerData as Int32Array)
