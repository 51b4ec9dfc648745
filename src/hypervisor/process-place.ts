/** The place that consists of a process that waits for an enclave's program, and the pipes to it. */
import type { Duplex } from 'node:stream'
import { encodeAhead, encodeBoot, encodeCode } from '../boundary/program-frames.ts'
import { CPU_TIME_SPENT, SPENT } from '../boundary/watchdog.ts'
import { readPipe } from '../platform/pipe.ts'
import { workerScript } from '../platform/worker.ts'
import type { EndReason } from './end-reason.ts'
import { FrameChannel } from './frame-channel.ts'
import { FrameReader } from './frame-reader.ts'
import type { EnclavePlace } from './host.ts'

/** A pipe to it. It keeps this process alive unless `unref` is called. */
export type Pipe = Duplex & { ref?(): void; unref?(): void }

/** A waiting process, started by this process or inherited. */
export interface WaitingProcess {
  /** The pipe to which it writes. */
  incoming: Pipe
  /** The pipe from which it reads. */
  outgoing: Pipe
  /** The pipe whose end makes the watcher kill the process. */
  lifeline: Pipe
  /** The name of the component in the file that it was given, if it should compile that in advance. */
  ahead: string | undefined
  /** Resolves when it is gone; never rejects. */
  lost: Promise<EndReason>
  /** Called when its output has ended and when it is killed; may be called more than once. */
  onEnd?: () => void
  /** Whether it keeps this process alive; the pipes follow it. */
  hold?: (isHeld: boolean) => void
  /** Kills it. */
  kill(): void
}

/** Makes a place of a waiting process. */
export function placeOf(process: WaitingProcess): EnclavePlace {
  const { incoming, outgoing, lifeline, ahead, lost, onEnd = () => {} } = process
  const ends = [incoming, outgoing, lifeline]
  // Ignored: the process itself reports its end, even before there is a channel.
  for (const end of ends) end.on('error', () => {})
  const kill = async () => {
    process.kill()
    // Called here too, because the end of a pipe is not noticed if nobody reads it.
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
      // A pipe that fails is closed without an end event.
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

/** The reason of the end, from the exit status or signal that the operating system reports. */
export function reasonOf(status: number | null, signal: NodeJS.Signals | null): EndReason {
  if (signal === SPENT) return { kind: 'deadline', message: CPU_TIME_SPENT }
  return hostLost(signal ? `its process was ended by ${signal}` : `its process ended with status ${status}`)
}
