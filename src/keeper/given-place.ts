/**
 * The process of an enclave that a shell began, and then became this process: the two began at once, and that one is this
 * one's child, whose number nobody else gets before this process has ended. Linux only.
 */
import { Socket } from 'node:net'
import { constants } from 'node:os'
import type { EndReason } from '../hypervisor/end-reason.ts'
import type { EnclavePlace } from '../hypervisor/host.ts'
import { hostLost, placeOf, reasonOf } from '../hypervisor/process-place.ts'
import { statOf } from './process-stat.ts'

/** Milliseconds that the end of a process may take once its pipes are closed. */
const ENDING = 1000

/** The pipes to it, as descriptors of this process. */
export interface GivenPipes {
  incoming: number
  outgoing: number
  lifeline: number
}

/** The place that the process `pid` is; `ahead` is the name of the component that it was given. */
export function givenPlace(
  pid: number,
  { incoming, outgoing, lifeline }: GivenPipes,
  ahead: string | undefined,
): EnclavePlace {
  const { promise: lost, resolve } = Promise.withResolvers<EndReason>()
  let isEnding = false
  const writeTo = (fd: number) => new Socket({ fd, readable: false, writable: true })
  return placeOf({
    incoming: new Socket({ fd: incoming, readable: true, writable: false }),
    outgoing: writeTo(outgoing),
    lifeline: writeTo(lifeline),
    ahead,
    lost,
    onEnd() {
      if (!isEnding) resolve(endOf(pid))
      isEnding = true
    },
    kill() {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    },
  })
}

/** What is left of a child that nobody has waited for says how it ended. */
async function endOf(pid: number): Promise<EndReason> {
  for (const limit = performance.now() + ENDING; performance.now() < limit; ) {
    const stat = statOf(pid)
    if (stat?.state === 'Z') return reasonOf(stat.exitCode >> 8, signalOf(stat.exitCode & 0x7f))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return hostLost('its process has closed its pipes')
}

function signalOf(number: number): NodeJS.Signals | null {
  const named = Object.entries(constants.signals).find(([, each]) => each === number)
  return (named?.[0] as NodeJS.Signals | undefined) ?? null
}
