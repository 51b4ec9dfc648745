/**
 * wasi:io/error and the failures of stream calls: thrown to the glue, or written into the result of a lowered call
 * (WASI 0.2).
 */
import { guestRecord } from './guest-memory.ts'
import {
  defineResource,
  type HandleTable,
  type LowerContext,
  otherTable,
  type ResourceObject,
} from './resource.ts'

class IoError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}
/** The error of a stream call: `payload` is the stream-error for the glue. */
export class StreamFailure extends Error {
  readonly payload: { tag: string; val?: ResourceObject }
  constructor(error?: ResourceObject) {
    super('stream failure')
    this.payload = error ? { tag: 'last-operation-failed', val: error } : { tag: 'closed' }
  }
}

/** Creates failures, and writes them into results of lowered calls. */
export interface StreamErrors {
  resourceClass: new () => ResourceObject
  /** The failure of a closed stream, or of one that failed with a message. */
  failed(failure: string | undefined): StreamFailure
  /** Writes `thrown` as a stream-error into the result at `at`; its payload is at offset `payload`. */
  write(context: LowerContext, own: HandleTable, at: number, payload: number, thrown: unknown): void
}

/** Creates the errors of one enclave's streams. */
export function createStreamErrors(): StreamErrors {
  const errors = defineResource(IoError, { toDebugString: { call: ({ message }) => message } })
  return {
    resourceClass: errors.resourceClass,
    failed: (failure) =>
      new StreamFailure(failure === undefined ? undefined : errors.create(new IoError(failure))),
    write(context, own, at, payload, thrown) {
      if (!(thrown instanceof StreamFailure)) throw thrown
      const view = guestRecord(context.memory, at, payload + 8)
      view.setUint8(0, 1)
      const error = thrown.payload.val
      view.setUint8(payload, error ? 0 : 1)
      if (!error) return
      view.setInt32(payload + 4, errors.giveHandle(error, otherTable(context.resourceTables, own)))
    },
  }
}
