/**
 * The PCRs with which an enclave begins (ecs_03_1410; Nitro's `docs/attestation_process.md`): its image's, its
 * agency's (PCR3), its instance's (PCR4); in debug mode zero, as each cloud does it.
 */
import { PCR_LENGTH, type Pcrs } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import { extendZero } from '../image/measure/measure.ts'

/** Registers that are shown of every enclave. */
const SHOWN = [0, 1, 2, 3, 4, 8]

/** What is measured besides the image. */
export interface Identity {
  profile: ProfileName
  debug: boolean
  /** The parent instance's id. */
  instanceId: string
  /** The parent instance's IAM agency or role. */
  agency: string | undefined
}

/** The system's registers of a new enclave. */
export async function systemPcrs(
  image: Pcrs,
  { profile, debug, instanceId, agency }: Identity,
): Promise<Pcrs> {
  // A debug enclave on QingTian has no system register at all; on Nitro it keeps who and where it is.
  if (debug && profile === 'qingtian') return new Map()
  const text = new TextEncoder()
  const pcrs = new Map([[4, await extendZero(text.encode(instanceId))]])
  if (agency !== undefined) pcrs.set(3, await extendZero(text.encode(agency)))
  if (!debug) for (const index of [0, 1, 2, 8] as const) pcrs.set(index, image.get(index)!)
  return pcrs
}

/** The registers that are shown of every enclave; those that were never extended are zero. */
export function shownPcrs(pcrs: Pcrs): Pcrs {
  return new Map(SHOWN.map((index) => [index, pcrs.get(index) ?? new Uint8Array(PCR_LENGTH)]))
}
