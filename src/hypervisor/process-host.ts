/**
 * A separate process for one enclave, under Node's permission model. It may read one file, its own program, and create
 * one Worker, and neither once the guest runs. It has no environment variables, no file descriptors except the pipes to
 * this process, a memory limit that the operating system enforces, and a watcher process that kills it when this
 * process ends. Node only; loaded on demand.
 */
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { EXPECTED, FROM_HYPERVISOR, TO_HYPERVISOR } from '../boundary/frames.ts'
import { ARTEFACTS } from '../platform/artefacts.ts'
import type { EnclavePlace } from './host.ts'
import { hostLost, placeOf, reasonOf } from './process-place.ts'
import { LIFELINE } from './process-script.ts'

/**
 * A prepared component in an open file, and its name. A waiting process compiles it in advance, but runs nothing of it.
 */
export interface ComponentFile {
  name: string
  descriptor: number
}

/**
 * Starts a process that waits for its program, with a limit of `memoryMiB` in addition to what Node needs. `ahead` is
 * the component that it will probably run.
 */
export function openPlace(memoryMiB: number, ahead?: ComponentFile): EnclavePlace {
  const words = [fileURLToPath(ARTEFACTS.process), String(memoryMiB), process.execPath]
  const stdio: ('ignore' | 'pipe' | number)[] = ['ignore', 'ignore', 'ignore']
  stdio[FROM_HYPERVISOR] = 'pipe'
  stdio[TO_HYPERVISOR] = 'pipe'
  stdio[EXPECTED] = ahead?.descriptor ?? 'ignore'
  stdio[LIFELINE] = 'pipe'
  // Loaded here, because a process that is given a place does not need it.
  const { spawn } = process.getBuiltinModule('node:child_process')
  // Detached, so that signals of the terminal go only to the enclave's owner.
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
