/** The record of one request that a page made for an enclave, or refused: the same as a record of `webclave/proxy`. */
import type { EnclaveError } from '../../base/error.ts'
import { type Destination, hostAndPort } from '../rules.ts'

/** One request, when its answer has ended. It has no payload. */
export interface PageAccess {
  /** When it began, ISO 8601. */
  readonly time: string
  /** The vsock port of the parent instance. */
  readonly port: number
  /** The enclave's. */
  readonly cid: number
  readonly protocol: 'fetch'
  readonly destination?: string
  /** Why it was refused, or could not be made. */
  readonly code?: string
  readonly message?: string
  /** Bytes of the bodies. */
  readonly bytesOut: number
  readonly bytesIn: number
  readonly milliseconds: number
  /** Why it ended. */
  readonly end: 'closed' | 'failed' | 'stopped' | 'refused'
}

/** Who made a request, and who wants to know of it. */
export interface Accessing {
  readonly port: number
  readonly cid: number
  readonly log: (entry: PageAccess) => void
}

/** What becomes the record of a request. */
export class Access {
  bytesOut = 0
  bytesIn = 0
  /** Whether the answer has begun. */
  hasAnswer = false
  #destination: string | undefined
  readonly #of: Accessing
  readonly #time: string = new Date().toISOString()
  readonly #begin: number = performance.now()

  constructor(of: Accessing) {
    this.#of = of
  }

  to(destination: Destination): void {
    this.#destination = hostAndPort(destination)
  }

  /** A log that throws concerns no request. */
  end(end: PageAccess['end'], error?: EnclaveError): void {
    const { port, cid, log } = this.#of
    const { bytesOut, bytesIn } = this
    const destination = this.#destination
    try {
      log({
        time: this.#time,
        port,
        cid,
        protocol: 'fetch',
        ...(destination !== undefined && { destination }),
        ...(error && { code: error.code, message: error.message }),
        bytesOut,
        bytesIn,
        milliseconds: Math.round(performance.now() - this.#begin),
        end,
      })
    } catch {}
  }
}
