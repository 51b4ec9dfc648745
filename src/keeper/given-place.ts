/**
 * An enclave's process that `bin/qt` started before its shell became this keeper, so that both boot at the same time.
 * It is a child of this process, so no other process gets its PID while this one runs. Linux only.
 */
import { Socket } from 'node:net'
import { constants } from 'node:os'
import type { EndReason } from '../hypervisor/end-reason.ts'
import type { EnclavePlace } from '../hypervisor/host.ts'
import { hostLost, placeOf, reasonOf } from '../hypervisor/process-place.ts'
import { statOf } from './process-stat.ts'

/** Milliseconds within which a process must exit once its pipes are closed. */
const ENDING = 1000

/** The pipes to that process, as descriptors of this one. */
export interface GivenPipes {
  incoming: number
  outgoing: number
  lifeline: number
}

/** The place for an enclave in the process `pid`; `ahead` names the component file that it was given. */
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
        // The process has already exited.
      }
    },
  })
}

/** The stat of a zombie child tells how it ended. */
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
