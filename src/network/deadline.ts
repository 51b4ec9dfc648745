/** Waiting with an end: a time limit and the caller's signal. */
import { EnclaveError } from '../base/error.ts'

/** When to give up. */
export interface Limits {
  /** Milliseconds. */
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
}

/**
 * What `act` gives; the time begins anew whenever it calls `restart`. At the end of the time, or when the signal is aborted,
 * `stop` is called, which must make an end of what `act` does.
 * @throws {EnclaveError} E_NETWORK_TIMEOUT; the signal's reason
 */
export async function within<Result>(
  { timeout, signal }: Limits,
  what: string,
  act: (restart: () => void) => Promise<Result>,
  stop: () => void,
): Promise<Result> {
  signal?.throwIfAborted()
  const { promise: given, reject } = Promise.withResolvers<never>()
  let isOver = false
  const give = (reason: unknown) => {
    reject(reason)
    stop()
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const restart = () => {
    clearTimeout(timer)
    if (!isOver) timer = setTimeout(() => give(late(what, timeout)), timeout)
  }
  const abort = () => give(signal!.reason)
  signal?.addEventListener('abort', abort)
  try {
    restart()
    return await Promise.race([act(restart), given])
  } finally {
    isOver = true
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

const late = (what: string, timeout: number) =>
  new EnclaveError('E_NETWORK_TIMEOUT', { what, expected: `an answer within ${timeout} ms` })
