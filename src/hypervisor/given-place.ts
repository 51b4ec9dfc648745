/**
 * The process of an enclave that a shell began, and then became this process: the two began at once, and that one is this
 * one's child, whose number nobody else gets before this process has ended. Linux only.
 */
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import type { EndReason } from './end-reason.ts'
import type { EnclavePlace } from './host.ts'
import { hostLost, placeOf, reasonOf } from './process-place.ts'

/** Fields of `/proc/PID/stat` after the name in parentheses (proc(5)). */
const STATE = 0
const EXIT_CODE = 49

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
  const writeTo = (fd: number) => new Socket({ fd, readable: false, writable: true })
  return placeOf({
    incoming: new Socket({ fd: incoming, readable: true, writable: false }),
    outgoing: writeTo(outgoing),
    lifeline: writeTo(lifeline),
    ahead,
    lost,
    onEnd: () => resolve(endOf(pid)),
    kill() {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    },
  })
}

/** What is left of a child that nobody has waited for says how it ended, in the form of wait(2). */
async function endOf(pid: number): Promise<EndReason> {
  for (const limit = performance.now() + ENDING; performance.now() < limit; ) {
    const text = readStat(pid)
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (fields[STATE] !== 'Z') {
      await new Promise((resolve) => setTimeout(resolve, 1))
      continue
    }
    const code = Number(fields[EXIT_CODE])
    const signal = Object.entries(constants.signals).find(([, number]) => number === (code & 0x7f))?.[0]
    return reasonOf(code >> 8, (signal as NodeJS.Signals | undefined) ?? null)
  }
  return hostLost('its process has closed its pipes')
}

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return ''
  }
}
