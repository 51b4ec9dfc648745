/** A verdict in one line, which names the checks that failed. */
import type { JSX } from 'preact'
import type { Verdict } from '../../src/attestation/verify/verdict.ts'
import { enclave as texts } from '../i18n/enclave.ts'
import { namesOf } from '../i18n/explain.ts'
import { text } from '../i18n/language.ts'

export function VerdictSummary({ verdict: { ok, checks } }: { verdict: Verdict }): JSX.Element {
  const words = text(texts)
  const failed = checks.filter((check) => !check.ok)
  const names = namesOf(failed.map(({ name }) => name))
  return (
    <p class="summary" data-ok={ok}>
      {ok ? words.verified(checks.length) : words.rejected(names, failed.length, checks.length)}
    </p>
  )
}
