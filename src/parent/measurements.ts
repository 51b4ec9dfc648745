/**
 * The initial PCRs of an enclave (ecs_03_1410; Nitro's `docs/attestation_process.md`): those of the image, of the
 * agency (PCR3) and of the instance (PCR4). In debug mode they are zero, as in the respective cloud.
 */
import { PCR_LENGTH, type Pcrs } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import { extendZero } from '../image/measure/measure.ts'

/** The registers in the description of an enclave. */
const SHOWN = [0, 1, 2, 3, 4, 8]

/** The values that are measured besides the image. */
export interface Identity {
  profile: ProfileName
  debug: boolean
  /** The parent instance's id. */
  instanceId: string
  /** The parent instance's IAM agency or role. */
  agency: string | undefined
}

/** The system registers of a new enclave. */
export async function systemPcrs(
  image: Pcrs,
  { profile, debug, instanceId, agency }: Identity,
): Promise<Pcrs> {
  // In debug mode all system registers are zero on QingTian; on Nitro PCR3 and PCR4 are kept.
  if (debug && profile === 'qingtian') return new Map()
  const text = new TextEncoder()
  const pcrs = new Map([[4, await extendZero(text.encode(instanceId))]])
  if (agency !== undefined) pcrs.set(3, await extendZero(text.encode(agency)))
  if (!debug) for (const index of [0, 1, 2, 8] as const) pcrs.set(index, image.get(index)!)
  return pcrs
}

/** The registers in the description of an enclave; those that were never extended are zero. */
export function shownPcrs(pcrs: Pcrs): Pcrs {
  return new Map(SHOWN.map((index) => [index, pcrs.get(index) ?? new Uint8Array(PCR_LENGTH)]))
}
