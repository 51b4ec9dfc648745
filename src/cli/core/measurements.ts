/** PCRs of an image as the real command lines print them (ecs_03_1419; AWS, nitro-cli reference). */
import type { PcrTexts, ProfileName } from '../../image/index.ts'

/**
 * PCRs as `qt enclave make-img` or `nitro-cli build-enclave` prints them; the latter has PCR8 only for a signed image.
 */
export function measurementsOf(
  profile: ProfileName,
  pcrs: PcrTexts,
  isSigned: boolean,
): Record<string, unknown> {
  const { PCR0, PCR1, PCR2, PCR8 } = pcrs
  if (profile === 'qingtian') return { digest: 'SHA384', PCR0, PCR8 }
  const signed = isSigned ? { PCR8 } : {}
  return { Measurements: { HashAlgorithm: 'Sha384 { ... }', PCR0, PCR1, PCR2, ...signed } }
}
