/**
 * A process of its own for one enclave, under Node's permission model: it may read one file, its own program, and make
 * one Worker, and neither any more once it has; it has no environment, no descriptors but a socket and what tells it
 * that this process has ended, and a bound on its memory from the operating system. Node only; loaded when asked for.
 */
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { serialize } from 'node:v8'
import { encodeFrame, Frame, HYPERVISOR } from '../kernel/frames.ts'
import { readPipe } from '../platform/pipe.ts'
import { MODULE_FLAGS } from '../platform/script-code.ts'
import type { EndReason } from './end-reason.ts'
import { FrameReader } from './frame-reader.ts'
import type { EnclavePlace } from './host.ts'
import { SocketChannel } from './socket-channel.ts'
import { CPU_TIME_SPENT, LIFELINE, SPENT } from './watchdog.ts'

/** The program of the process, bundled into one file. */
const MAIN = new URL('../../dist/enclave-process.cjs', import.meta.url)

/** What Node itself may take besides the enclave's memory, KiB: its heaps, code and stacks. */
const OWN_MEMORY = 3 * 1024 * 1024

/** Sets the limits that only a process itself can set, then becomes what it was given, without an environment. */
const LIMIT = 'ulimit -c 0; ulimit -d "$0" && exec env -i "$@"'

/**
 * What V8 is told in that process: code that it made under other flags is none there. The stack, KiB, is a Worker's; a
 * function of a component is validated once more when it is first called, for all were when the component was admitted.
 */
export const V8_FLAGS: readonly string[] = [
  '--disallow-code-generation-from-strings',
  '--stack-size=3904',
  '--wasm-lazy-validation',
]

/** Starts a process that waits for its program, and can take at most `memoryMiB` besides what Node needs. */
export function openPlace(memoryMiB: number): EnclavePlace {
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
  ]
  const limit = String(memoryMiB * 1024 + OWN_MEMORY)
  const child = spawn('/bin/sh', ['-c', LIMIT, limit, ...node], {
    // Where a Worker's permission to read cannot be dropped (before Node 26) it has this folder: our own, published one.
    cwd: dirname(main),
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
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
      socket.write(encodeFrame(Frame.BOOT, serialize(program)))
      return { channel, lost, kill }
    },
    async [Symbol.asyncDispose]() {
      if (!isTaken) await kill()
    },
  }
}

const hostLost = (message: string): EndReason => ({ kind: 'host-lost', message })

function reasonOf(status: number | null, signal: NodeJS.Signals | null): EndReason {
  if (signal === SPENT) return { kind: 'deadline', message: CPU_TIME_SPENT }
  return hostLost(signal ? `its process was ended by ${signal}` : `its process ended with status ${status}`)
}
