/**
 * A process of its own for one enclave, under Node's permission model: it may read one file, its own program, and make
 * one Worker, and neither any more once it runs; it has no environment, no descriptors but the pipes to this process, a
 * bound on its memory from the operating system, and a watcher beside it that ends it with this process. Node only; loaded
 * when asked for.
 */
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { EXPECTED, FROM_HYPERVISOR, TO_HYPERVISOR } from '../boundary/frames.ts'
import type { EnclavePlace } from './host.ts'
import { hostLost, placeOf, reasonOf } from './process-place.ts'
import { LIFELINE } from './process-script.ts'

/** In which the process begins. */
const SCRIPT = new URL('../../dist/enclave-process.sh', import.meta.url)

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
  const words = [fileURLToPath(SCRIPT), String(memoryMiB), process.execPath]
  const stdio: ('ignore' | 'pipe' | number)[] = ['ignore', 'ignore', 'ignore']
  stdio[FROM_HYPERVISOR] = 'pipe'
  stdio[TO_HYPERVISOR] = 'pipe'
  stdio[EXPECTED] = ahead?.descriptor ?? 'ignore'
  stdio[LIFELINE] = 'pipe'
  // Where it is given a place, a process need not load that.
  const { spawn } = process.getBuiltinModule('node:child_process')
  // A terminal's signals are for whoever holds the enclave.
  const child = spawn('/bin/sh', words, { env: {}, stdio, detached: true })
  const end = (descriptor: number) => child.stdio[descriptor] as Socket
  return placeOf({
    incoming: end(TO_HYPERVISOR),
    outgoing: end(FROM_HYPERVISOR),
    lifeline: end(LIFELINE),
    ahead: ahead?.name,
    lost: new Promise((resolve) => {
      child.once('error', (error) => resolve(hostLost(`its process could not be started: ${error.message}`)))
      child.once('exit', (status, signal) => resolve(reasonOf(status, signal)))
    }),
    hold: (isHeld) => (isHeld ? child.ref() : child.unref()),
    kill: () => child.kill('SIGKILL'),
  })
}
