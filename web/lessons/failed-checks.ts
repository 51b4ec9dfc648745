import type { Lab } from './lab.ts'

/** The names of the checks that failed in the newest verdict of a step; none without a verdict. */
export function failedChecks(lab: Lab, step: string): readonly string[] {
  const checks = lab.last('verdict', step)?.attestation.verdict.checks ?? []
  return checks.filter(({ ok }) => !ok).map(({ name }) => name)
}
