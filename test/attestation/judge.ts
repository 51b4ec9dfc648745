/** Verdicts on documents that are valid except for what a test changes. */

import type { PayloadFields } from '../../src/attestation/document.ts'
import {
  type Check,
  type CheckName,
  type ProfileName,
  type Verdict,
  type VerifyOptions,
  verifyAttestation,
} from '../../src/attestation/index.ts'
import { PROFILES } from '../../src/attestation/profile.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { cborBytes, cborInteger, cborMap, cborText } from '../../src/encoding/cbor/writer.ts'
import {
  type Change,
  encodedFields,
  type ForgedPath,
  forgeDocument,
  forgePath,
  forgePayload,
  MOMENT,
  somePcrs,
} from './forge.ts'

export const PROFILE_NAMES: readonly ProfileName[] = ['qingtian', 'nitro']
export const NONCE: Bytes = new Uint8Array(32).fill(9)
export const PATHS: Record<ProfileName, ForgedPath> = {
  qingtian: await forgePath('qingtian'),
  nitro: await forgePath('nitro'),
}

export const failing = ({ checks }: Verdict): CheckName[] =>
  checks.filter(({ ok }) => !ok).map(({ name }) => name)

/** The reason of each check. */
export const reasons = ({ checks }: Verdict): Record<string, string> =>
  Object.fromEntries(checks.map(({ name, reason }) => [name, reason]))
/** The check `wanted`, without its number and name. */
export const checkOf = ({ checks }: Verdict, wanted: CheckName): Omit<Check, 'number' | 'name'> => {
  const { number: _, name: __, ...check } = checks.find(({ name }) => name === wanted)!
  return check
}

export function judge(
  profile: ProfileName,
  document: Bytes,
  options: Partial<VerifyOptions> = {},
  { root }: ForgedPath = PATHS[profile],
): Promise<Verdict> {
  return verifyAttestation(document, { profile, roots: root, nonce: NONCE, at: MOMENT, ...options })
}

export async function judgeFields(
  profile: ProfileName,
  fields: Partial<PayloadFields> = {},
  options: Partial<VerifyOptions> = {},
): Promise<Verdict> {
  const forged = PATHS[profile]
  const payload = forgePayload(profile, forged, { nonce: NONCE, ...fields })
  return judge(profile, await forgeDocument(profile, forged.leafKey, payload), options)
}

export async function judgePath(profile: ProfileName, change: Change, at: number = MOMENT): Promise<Verdict> {
  const forged = await forgePath(profile, change)
  const document = await forgeDocument(
    profile,
    forged.leafKey,
    forgePayload(profile, forged, { nonce: NONCE }),
  )
  return judge(profile, document, { at }, forged)
}

/** The verdict on a payload whose encoded fields `change` replaces, removes or moves. */
export async function judgePayload(
  profile: ProfileName,
  change: (fields: Map<string, Bytes>) => void,
): Promise<Verdict> {
  const forged = PATHS[profile]
  const { pcrKeyWidth } = PROFILES[profile]
  const fields: Record<string, Bytes> = {
    ...encodedFields(forged),
    timestamp: cborInteger(MOMENT, 8),
    pcrs: cborMap(
      [...somePcrs()].map(([index, pcr]) => [cborInteger(index, pcrKeyWidth), cborBytes(pcr)] as const),
    ),
    user_data: cborBytes(new Uint8Array(0)),
    nonce: cborBytes(NONCE),
    public_key: cborBytes(new Uint8Array(0)),
  }
  const ordered = new Map(PROFILES[profile].fields.map((name) => [name as string, fields[name]!]))
  change(ordered)
  const payload = cborMap([...ordered].map(([name, value]) => [cborText(name), value] as const))
  return judge(profile, await forgeDocument(profile, forged.leafKey, payload))
}
