/** wasi:io/error and how a stream call fails: thrown to the glue, or written into a raw caller's result (WASI 0.2). */
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
/** A stream call's error: `payload` is the stream-error as the glue takes it. */
export class StreamFailure extends Error {
  readonly payload: { tag: string; val?: ResourceObject }
  constructor(error?: ResourceObject) {
    super('stream failure')
    this.payload = error ? { tag: 'last-operation-failed', val: error } : { tag: 'closed' }
  }
}

/** Makes failures, and tells them to raw callers. */
export interface StreamErrors {
  resourceClass: new () => ResourceObject
  /** A closed stream, or one that failed with a message. */
  failed(failure: string | undefined): StreamFailure
  /** Writes `thrown` as a stream-error into the result at `at`, its payload `payload` bytes further on. */
  write(context: LowerContext, own: HandleTable, at: number, payload: number, thrown: unknown): void
}

/** Makes the errors of one enclave's streams. */
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
