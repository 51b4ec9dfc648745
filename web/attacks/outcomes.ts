/** Outcomes that several attacks have. */
import type { CheckName } from '../../src/attestation/index.ts'
import type { Lab } from '../lessons/lab.ts'
import type { Outcome } from './attack-kind.ts'

/** A verifier accepted the document of a trial, or rejected it by this check. Another reason decides nothing. */
export function byVerdict(lab: Lab, trial: string, check: CheckName): Outcome | undefined {
  const verdict = lab.last('verdict', trial)?.attestation.verdict
  if (!verdict) return undefined
  if (verdict.ok) return 'succeeded'
  return verdict.checks.some(({ name, ok }) => name === check && !ok) ? 'stopped' : undefined
}
