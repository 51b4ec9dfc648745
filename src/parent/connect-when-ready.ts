/** Connects to a program that may not listen yet. */
import { EnclaveError } from '../base/error.ts'
import { unref } from '../platform/timer.ts'
import type { VsockSocket } from '../vsock/socket.ts'

/** Milliseconds between attempts: as long as most programs need until they listen, and later. */
const PAUSE = 1
const LONGER_PAUSE = 20
/** Number of attempts before the pauses become longer. */
const EAGER = 100

/**
 * Calls `connect` until it is not refused.
 * @throws {EnclaveError} the last refusal, after `timeout` milliseconds; every other error at once.
 */
export async function connectWhenReady(
  connect: () => Promise<VsockSocket>,
  timeout: number,
  signal?: AbortSignal,
): Promise<VsockSocket> {
  const end = performance.now() + timeout
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await connect()
    } catch (error) {
      const isRefused = error instanceof EnclaveError && error.code === 'E_VSOCK_REFUSED'
      if (!isRefused || !(performance.now() < end)) throw error
    }
    await wait(attempt <= EAGER ? PAUSE : LONGER_PAUSE)
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => unref(setTimeout(resolve, milliseconds)))
}
