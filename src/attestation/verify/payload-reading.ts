/** What reading a payload yields: what was there, and what was wrong. All of it is hostile input still. */
import type { Bytes } from '../../base/bytes.ts'

/** One violation, under the name of the check that it fails. */
export interface SchemaFault {
  readonly check: 'payload schema' | 'digest' | 'PCR shape'
  readonly reason: string
  readonly expected?: string
  readonly found?: string
}

/** The fields that were there and of the right kind. */
export interface PayloadReading {
  moduleId?: string
  timestamp?: number
  digest?: string
  pcrs?: Map<number, Bytes>
  certificate?: Bytes
  cabundle?: Bytes[]
  userData?: Bytes
  nonce?: Bytes
  publicKey?: Bytes
  readonly faults: SchemaFault[]
}
