/** Connecting to an enclave that may not listen yet. */
import { callAfter } from '../platform/timer.ts'

/** Milliseconds between two attempts. */
const PAUSE = 2

/**
 * A function that calls `connect`. Until that has succeeded once, it is called again for up to `time` milliseconds while the
 * enclave runs and refuses: nothing has been sent by then.
 *
 * @throws what `connect` throws; the signal's reason
 */
export function patientlyOpened<Connection>(
  connect: (signal: AbortSignal) => Promise<Connection>,
  time: number,
): (signal: AbortSignal) => Promise<Connection> {
  let hasListened = false
  return async (signal) => {
    const end = performance.now() + time
    for (;;) {
      try {
        const connection = await connect(signal)
        hasListened = true
        return connection
      } catch (error) {
        const isRefused = (error as { code?: string } | undefined)?.code === 'E_VSOCK_REFUSED'
        if (hasListened || !isRefused || performance.now() >= end) throw error
        await pause()
        signal.throwIfAborted()
      }
    }
  }
}

const pause = () => new Promise<void>((resolve) => void callAfter(PAUSE, resolve))
