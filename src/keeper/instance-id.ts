/** The ID of the parent instance, measured into PCR4: created once for this user. */
import { join } from 'node:path'
import type { ProfileName } from '../base/profile.ts'
import { newInstanceId } from '../parent/options.ts'
import { directories, makePrivate } from './directories.ts'
import { readOrWrite } from './private-file.ts'

/** @throws {EnclaveError} E_STATE_... */
export function instanceId(profile: ProfileName): string {
  const path = join(makePrivate(directories().state), `instance-id.${profile}`)
  return readOrWrite(path, () => `${newInstanceId(profile)}\n`).trim()
}
