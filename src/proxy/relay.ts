/** Relays bytes between a guest and a host of the network: with backpressure, and each direction until its own end. */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** What a relay has carried, in bytes, and why it ended. */
export interface Carried {
  readonly toHost: number
  readonly toGuest: number
  readonly end: 'closed' | 'idle' | 'failed' | 'stopped'
}

/** Options of a relay. */
export interface RelayOptions {
  /** Milliseconds without a byte in either direction after which both sides are closed. 0 for no limit. */
  readonly idle: number
  readonly signal: AbortSignal
  /** Resolves when the guest has closed both halves: it reads no more, and only its last bytes are delivered. */
  readonly guestClosed?: Promise<unknown> | undefined
}

/** Never rejects. */
export async function relay(
  guest: Duplex,
  host: Socket,
  { idle, signal, guestClosed }: RelayOptions,
): Promise<Carried> {
  // What a guest writes in two parts would otherwise wait until the host has acknowledged the first, often for 40 ms.
  host.setNoDelay(true)
  const count = { toHost: 0, toGuest: 0 }
  let isIdle = false
  let timer: NodeJS.Timeout | undefined
  const touch = () => {
    if (idle === 0) return
    if (timer) return void timer.refresh()
    timer = setTimeout(() => {
      isIdle = true
      guest.destroy()
      host.destroy()
    }, idle)
  }
  /** Counts by a second listener: a stream between the two would cost time with every chunk. */
  const carry = (direction: 'toHost' | 'toGuest', from: Duplex, to: Duplex) => {
    const ended = pipeline(from, to, { signal })
    from.on('data', ({ byteLength }: Uint8Array) => {
      count[direction] += byteLength
      touch()
    })
    return ended
  }
  touch()
  const part = () => void host.destroy()
  void guestClosed?.then(() => (host.writableFinished ? part() : host.once('finish', part)))
  try {
    await Promise.all([carry('toHost', guest, host), carry('toGuest', host, guest)])
    return { ...count, end: 'closed' }
  } catch {
    return { ...count, end: isIdle ? 'idle' : signal.aborted ? 'stopped' : 'failed' }
  } finally {
    clearTimeout(timer)
    guest.destroy()
    await destroyed(host)
  }
}

/** Ends a socket; resolves when it is closed. */
export function destroyed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) return resolve()
    socket.once('close', () => resolve())
    socket.destroy()
  })
}
