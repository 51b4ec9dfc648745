/** A process that waits for an enclave's program, and the pipes to it, as the place that an enclave runs in. */
import type { Duplex } from 'node:stream'
import { encodeAhead, encodeBoot, encodeCode } from '../boundary/program-frames.ts'
import { CPU_TIME_SPENT, SPENT } from '../boundary/watchdog.ts'
import { readPipe } from '../platform/pipe.ts'
import { workerScript } from '../platform/worker.ts'
import type { EndReason } from './end-reason.ts'
import { FrameChannel } from './frame-channel.ts'
import { FrameReader } from './frame-reader.ts'
import type { EnclavePlace } from './host.ts'

/** A pipe to it. This process waits for its end, unless it is told not to. */
export type Pipe = Duplex & { ref?(): void; unref?(): void }

/** Such a process, as whoever started it or was given it has it. */
export interface WaitingProcess {
  /** What it writes. */
  incoming: Pipe
  /** What it reads. */
  outgoing: Pipe
  /** Its watcher kills it once this is closed. */
  lifeline: Pipe
  /** The name of the component in the file that it was given, where that is to be compiled at once. */
  ahead: string | undefined
  /** Resolves once it is gone; never rejects. */
  lost: Promise<EndReason>
  /** Called when nothing more comes from it, and when it was killed; perhaps more than once. */
  onEnd?: () => void
  /** Whether this process waits for its end; the pipes are held with it. */
  hold?: (isHeld: boolean) => void
  /** Kills it. */
  kill(): void
}

/** The place that it is. */
export function placeOf(process: WaitingProcess): EnclavePlace {
  const { incoming, outgoing, lifeline, ahead, lost, onEnd = () => {} } = process
  const ends = [incoming, outgoing, lifeline]
  // Its end is told by the process itself, also before there is a channel.
  for (const end of ends) end.on('error', () => {})
  const kill = async () => {
    process.kill()
    // Nobody may read its pipe any more, and then its end is not heard there.
    onEnd()
    await lost
    for (const end of ends) end.destroy()
  }
  if (ahead !== undefined) send(outgoing, encodeAhead())
  let isTaken = false
  return {
    run(program) {
      isTaken = true
      const reader = new FrameReader()
      const socket = readPipe(incoming, reader)
      // A pipe that fails closes without an end.
      ends.push(socket.once('end', onEnd).once('close', onEnd))
      const channel = new FrameChannel(socket, outgoing, reader)
      void lost.then(() => channel.interrupt())
      const { kernel, component } = program
      if (component.name === undefined || component.name !== ahead)
        send(outgoing, encodeCode(workerScript(kernel, component.glue), component))
      send(outgoing, encodeBoot(program))
      const hold = (isHeld: boolean) => {
        process.hold?.(isHeld)
        for (const end of ends) isHeld ? end.ref?.() : end.unref?.()
      }
      return { channel, lost, hold, kill }
    },
    async [Symbol.asyncDispose]() {
      if (isTaken) return
      incoming.once('end', onEnd).once('close', onEnd).resume()
      await kill()
    },
  }
}

function send(socket: Duplex, parts: readonly Uint8Array[]): void {
  socket.cork()
  for (const part of parts) socket.write(part)
  socket.uncork()
}

export const hostLost = (message: string): EndReason => ({ kind: 'host-lost', message })

/** Why it is gone, as the operating system tells whoever waited for it. */
export function reasonOf(status: number | null, signal: NodeJS.Signals | null): EndReason {
  if (signal === SPENT) return { kind: 'deadline', message: CPU_TIME_SPENT }
  return hostLost(signal ? `its process was ended by ${signal}` : `its process ended with status ${status}`)
}
