/** What has really happened in a lesson or an attack: steps check themselves by these records, and show them. */
import type { EnclaveView } from '../app/enclaves.ts'
import type { Attestation } from '../enclave/attest.ts'
import type { ShownError } from '../host/errors.ts'
import type { KmsCall } from '../host/kms-host.ts'
import type { ChosenImage } from '../image/image.ts'

/** The names of measured facts, whose texts are in web/i18n/lessons-events.ts. */
export type FactName =
  | 'changedByte'
  | 'differentBits'
  | 'computed'
  | 'keyId'
  | 'policy'
  | 'digest'
  | 'register'
  | 'ciphertext'
  | 'stolen'
  | 'searched'
  | 'foundBefore'
  | 'foundAfter'
  | 'read'
  | 'written'
  | 'answeredMeanwhile'
  | 'waiting'
  | 'blocked'
  | 'stoppedAfter'
  | 'patched'
  | 'line'
  | 'memory'

/** One record. */
export type LabEvent =
  /** An image was measured. */
  | { readonly kind: 'image'; readonly image: ChosenImage }
  | { readonly kind: 'started'; readonly view: EnclaveView }
  | { readonly kind: 'ended'; readonly view: EnclaveView }
  /** A function of an enclave's service was called. */
  | {
      readonly kind: 'answer'
      readonly view: EnclaveView
      readonly method: string
      readonly request: unknown
      readonly result: unknown
    }
  /** Something was refused, by an enclave, its parent instance or the KMS. */
  | { readonly kind: 'refused'; readonly what: string; readonly error: ShownError }
  /** A document was judged. */
  | { readonly kind: 'verdict'; readonly attestation: Attestation }
  | { readonly kind: 'console'; readonly text: string }
  | { readonly kind: 'kms'; readonly call: KmsCall }
  | { readonly kind: 'fact'; readonly name: FactName; readonly value: string | number }

export type EventKind = LabEvent['kind']
export type EventOf<Kind extends EventKind> = Extract<LabEvent, { kind: Kind }>

/** A record, and the step in which it was made. */
export interface Recorded {
  readonly number: number
  readonly step: string
  readonly event: LabEvent
}
