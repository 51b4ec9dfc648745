/** Records the most recent calls of a security module, for display: what was asked, and how it ended. */
import type { Bytes } from '../base/bytes.ts'
import type { QtsmRequest } from './protocol.ts'

/** One call. */
export interface QtsmCall {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly call: QtsmRequest['call']
  /** The PCR of DescribePCR, ExtendPCR and LockPCR, or those of LockPCRs. */
  readonly pcrs?: readonly number[]
  /** The new value of the PCR, 48 bytes, for ExtendPCR. */
  readonly value?: Bytes
  /** The name of the error that it ended with, such as `ReadOnlyIndex`. */
  readonly error?: string
}

/** The calls of one module. */
export class CallLog {
  readonly #limit: number
  readonly #calls: QtsmCall[] = []
  #total = 0

  /** @param limit number of calls to keep; older ones are dropped. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Number of all calls, including those that were dropped. */
  get total(): number {
    return this.#total
  }

  /** The recorded calls, oldest first. */
  get calls(): readonly QtsmCall[] {
    return [...this.#calls]
  }

  record(call: QtsmCall): void {
    this.#total += 1
    this.#calls.push(call)
    if (this.#calls.length > this.#limit) this.#calls.shift()
  }
}

/** The PCRs that a request names. */
export function pcrsOf(request: QtsmRequest): readonly number[] | undefined {
  if (request.call === 'LockPCRs') {
    return typeof request.range === 'number'
      ? Array.from({ length: Math.min(request.range, 32) }, (_, index) => index)
      : request.range
  }
  return 'index' in request ? [request.index] : undefined
}
