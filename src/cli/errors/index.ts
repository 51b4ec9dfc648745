/** Every error code of webclave. `qt explain` prints these entries, and docs/errors.md is made from them. */
import type { ErrorCode } from '../../base/error-code.ts'
import { ADMISSION_ERRORS } from './admission.ts'
import { ATTESTATION_ERRORS } from './attestation.ts'
import { CHANNEL_ERRORS } from './channel.ts'
import { COMMAND_ERRORS } from './command.ts'
import { CONNECTION_ERRORS } from './connection.ts'
import { CONTAINER_ERRORS } from './container.ts'
import { ENCODING_ERRORS } from './encoding.ts'
import type { ErrorEntry } from './entry.ts'
import { FLEET_ERRORS } from './fleet.ts'
import { IMAGE_ERRORS } from './image.ts'
import { KMS_ERRORS } from './kms.ts'
import { NETWORK_ERRORS } from './network.ts'
import { PARENT_ERRORS } from './parent.ts'
import { SHARED_ERRORS } from './shared.ts'

/** Entries by code. A code without an entry does not compile. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorEntry>> = {
  ...COMMAND_ERRORS,
  ...IMAGE_ERRORS,
  ...CONTAINER_ERRORS,
  ...ATTESTATION_ERRORS,
  ...PARENT_ERRORS,
  ...KMS_ERRORS,
  ...ADMISSION_ERRORS,
  ...ENCODING_ERRORS,
  ...CONNECTION_ERRORS,
  ...NETWORK_ERRORS,
  ...CHANNEL_ERRORS,
  ...FLEET_ERRORS,
  ...SHARED_ERRORS,
}
