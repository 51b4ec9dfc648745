/** The security module of an enclave, with what the parent keeps of it. */
import type { AttestationAuthority } from '../attestation/issue/authority.ts'
import type { Pcrs } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import { CallLog } from '../qtsm/call-log.ts'
import { PcrBank } from '../qtsm/pcr-bank.ts'
import { SecurityModule } from '../qtsm/security-module.ts'
import type { Random } from './surroundings.ts'

/** Whose security module it is. */
export interface SecurityOptions {
  readonly profile: ProfileName
  readonly moduleId: string
  /** The PCRs with which the enclave starts. */
  readonly pcrs: Pcrs
  readonly random: Random | undefined
  /** Number of calls to record, if any. */
  readonly calls: number | undefined
}

/** The module, its PCRs, and the record of its calls. `authority` signs its documents. */
export function securityFor(
  { profile, moduleId, pcrs: initial, random, calls }: SecurityOptions,
  authority: () => Promise<Pick<AttestationAuthority, 'attest'>>,
): { readonly security: SecurityModule; readonly pcrs: PcrBank; readonly log: CallLog | undefined } {
  const log = calls === undefined ? undefined : new CallLog(calls)
  const pcrs = new PcrBank(initial)
  const security = new SecurityModule({
    profile,
    log,
    random,
    moduleId,
    pcrs,
    attest: async (request) => (await authority()).attest({ ...request, profile, moduleId }),
  })
  return { security, pcrs, log }
}
