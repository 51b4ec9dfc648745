/** The result of reading a payload: the fields and the faults. All of it is still hostile input. */
import type { Bytes } from '../../base/bytes.ts'

/** One violation, with the name of the check that fails. */
export interface SchemaFault {
  readonly check: 'payload schema' | 'digest' | 'PCR shape'
  readonly reason: string
  readonly expected?: string
  readonly found?: string
}

/** The fields that are present and have the right type. */
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
