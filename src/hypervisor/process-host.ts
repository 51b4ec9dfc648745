/**
 * A process of its own for one enclave, under Node's permission model: it may read one file, its own program, and make
 * one Worker, and neither any more once it runs; it has no environment, no descriptors but a socket, a bound on its
 * memory from the operating system, and a watcher beside it that ends it with this process. Node only; loaded when asked
 * for.
 */
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { AHEAD, HYPERVISOR, WITH_CODE } from '../kernel/frames.ts'
import { readPipe } from '../platform/pipe.ts'
import { MODULE_FLAGS } from '../platform/script-code.ts'
import { workerScript } from '../platform/worker.ts'
import type { EndReason } from './end-reason.ts'
import { FrameReader } from './frame-reader.ts'
import type { EnclavePlace } from './host.ts'
import { encodeBoot, encodeCode } from './program-frames.ts'
import { SocketChannel } from './socket-channel.ts'
import { CPU_TIME_SPENT, SPENT } from './watchdog.ts'

/** The program of the process, bundled into one file. */
const MAIN = new URL('../../dist/enclave-process.cjs', import.meta.url)

/** What Node itself may take besides the enclave's memory, KiB: its heaps, code and stacks. */
const OWN_MEMORY = 3 * 1024 * 1024

/** The descriptor that ends, for a process's watcher, when the hypervisor's process does. */
const LIFELINE = 4

/**
 * Sets the limits that only a process itself can set, leaves a watcher that kills it once this process has ended, then
 * becomes what it was given, without an environment. No other process has that number while the watcher is in its group.
 */
const BECOME = `
ulimit -c 0; ulimit -d "$0" || exit
(read -r end <&${LIFELINE}; kill -KILL $$) ${HYPERVISOR}<&- ${AHEAD}<&- &
exec env -i "$@" ${LIFELINE}<&-`

/**
 * What V8 is told in that process: code that it made under other flags is none there. The stack, KiB, is a Worker's; a
 * function of a component is validated once more when it is first called, for all were when the component was admitted.
 * What V8 itself keeps there is little, and is cleared in no time; threads for that take longer to begin.
 */
export const V8_FLAGS: readonly string[] = [
  '--disallow-code-generation-from-strings',
  '--stack-size=3904',
  '--wasm-lazy-validation',
  '--single-threaded-gc',
]

/** A component in an open file, as its name says, which a process compiles while it waits: nothing of it runs before. */
export interface ComponentFile {
  name: string
  descriptor: number
}

/**
 * Starts a process that waits for its program, and can take at most `memoryMiB` besides what Node needs. What it will
 * probably run may be given to it `ahead`.
 */
export function openPlace(memoryMiB: number, ahead?: ComponentFile): EnclavePlace {
  const main = fileURLToPath(MAIN)
  const node = [
    process.execPath,
    '--permission',
    '--allow-worker',
    `--allow-fs-read=${main}`,
    ...V8_FLAGS,
    '--no-addons',
    ...MODULE_FLAGS,
    main,
    ...(ahead ? [WITH_CODE] : []),
  ]
  const limit = String(memoryMiB * 1024 + OWN_MEMORY)
  const child = spawn('/bin/sh', ['-c', BECOME, limit, ...node], {
    // Where a Worker's permission to read cannot be dropped (before Node 26) it has this folder: our own, published one.
    cwd: dirname(main),
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe', ahead?.descriptor ?? 'ignore'],
    // A terminal's signals are for whoever holds the enclave.
    detached: true,
  })
  const ends = [HYPERVISOR, LIFELINE].map((descriptor) => child.stdio[descriptor] as unknown as Duplex)
  // Its end is told by the process itself, also before there is a channel.
  for (const end of ends) end.on('error', () => {})
  const lost = new Promise<EndReason>((resolve) => {
    child.once('error', (error) => resolve(hostLost(`its process could not be started: ${error.message}`)))
    child.once('exit', (status, signal) => resolve(reasonOf(status, signal)))
  })
  const kill = async () => {
    child.kill('SIGKILL')
    await lost
    for (const end of ends) end.destroy()
  }
  let isTaken = false
  return {
    run(program) {
      isTaken = true
      const reader = new FrameReader()
      const socket = readPipe(ends[0]!, reader)
      ends.push(socket)
      const channel = new SocketChannel(socket, reader)
      void lost.then(() => channel.interrupt())
      const { kernel, component } = program
      const isThere = ahead !== undefined && component.name === ahead.name
      if (!isThere) send(socket, encodeCode(workerScript(kernel, component.glue), component))
      send(socket, encodeBoot(program))
      return { channel, lost, kill }
    },
    async [Symbol.asyncDispose]() {
      if (!isTaken) await kill()
    },
  }
}

function send(socket: Duplex, parts: readonly Uint8Array[]): void {
  socket.cork()
  for (const part of parts) socket.write(part)
  socket.uncork()
}

const hostLost = (message: string): EndReason => ({ kind: 'host-lost', message })

function reasonOf(status: number | null, signal: NodeJS.Signals | null): EndReason {
  if (signal === SPENT) return { kind: 'deadline', message: CPU_TIME_SPENT }
  return hostLost(signal ? `its process was ended by ${signal}` : `its process ended with status ${status}`)
}
