/** Waiting with an end: a time limit and the caller's signal. */
import { EnclaveError } from '../base/error.ts'

/** When to give up. */
export interface Limits {
  /** Milliseconds. */
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
}

/**
 * What `act` gives. At the end of the time, or when the signal is aborted, `stop` is called, which must make an end of what `act`
 * does.
 * @throws {EnclaveError} E_NETWORK_TIMEOUT; the signal's reason
 */
export async function within<Result>(
  { timeout, signal }: Limits,
  what: string,
  act: () => Promise<Result>,
  stop: () => void,
): Promise<Result> {
  signal?.throwIfAborted()
  const { promise: given, reject } = Promise.withResolvers<never>()
  const give = (reason: unknown) => {
    reject(reason)
    stop()
  }
  const timer = setTimeout(() => give(late(what, timeout)), timeout)
  const abort = () => give(signal!.reason)
  signal?.addEventListener('abort', abort)
  try {
    return await Promise.race([act(), given])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

const late = (what: string, timeout: number) =>
  new EnclaveError('E_NETWORK_TIMEOUT', { what, expected: `an answer within ${timeout} ms` })
