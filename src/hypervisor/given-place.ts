/**
 * The process of an enclave that a shell began, and then became this process: the two began at once, and that one is this
 * one's child, whose number nobody else gets before this process has ended. What it ended with is not known. Node only.
 */
import { Socket } from 'node:net'
import type { EndReason } from './end-reason.ts'
import type { EnclavePlace } from './host.ts'
import { placeOf } from './process-place.ts'

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
    onEnd: () => resolve({ kind: 'host-lost', message: 'its process has ended' }),
    kill() {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    },
  })
}
