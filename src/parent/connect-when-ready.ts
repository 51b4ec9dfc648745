/** Connects to a program that may not listen yet. */
import { EnclaveError } from '../base/error.ts'
import { describeEnd, type EndReason } from '../hypervisor/end-reason.ts'
import { callAfter, unref } from '../platform/timer.ts'
import type { VsockSocket } from '../vsock/socket.ts'

/** Milliseconds between attempts: as long as most programs need until they listen, and later. */
const PAUSE = 1
const LONGER_PAUSE = 20
/** Number of attempts before the pauses become longer. */
const EAGER = 100
/** Milliseconds within which the end of an enclave is known after its connections were reset. */
const END_KNOWN = 1000

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

/** Throws `error`; if it is because the enclave has ended, says why it has. */
export async function explained(error: unknown, exited: Promise<EndReason>): Promise<never> {
  const { code } = error as { code?: unknown }
  if (code !== 'E_VSOCK_RESET' && code !== 'E_VSOCK_CLOSED') throw error
  // A connection may be reset just before the end is known.
  const soon = new Promise<undefined>((resolve) => callAfter(END_KNOWN, () => resolve(undefined)))
  const reason = await Promise.race([exited, soon])
  if (!reason) throw error
  const what = 'the enclave has ended before its service could be called'
  throw new EnclaveError('E_VSOCK_CLOSED', { what, got: describeEnd(reason) })
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => unref(setTimeout(resolve, milliseconds)))
}
