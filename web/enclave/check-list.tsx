/** Checks of a verdict, one by one. */
import type { JSX } from 'preact'
import type { Check } from '../../src/attestation/verify/verdict.ts'
import { enclave as texts } from '../i18n/enclave.ts'
import { explainedCheck } from '../i18n/explain.ts'
import { text } from '../i18n/language.ts'
import { shell } from '../i18n/shell.ts'
import { English } from '../parts/english.tsx'
import { Facts } from '../parts/facts.tsx'
import { Hex } from '../parts/hex.tsx'

const HEX = /^(?:PCR\d+ )?[0-9a-f]{64,}$/

export function CheckList({ checks }: { checks: readonly Check[] }): JSX.Element | null {
  if (checks.length === 0) return null
  return (
    <ol class="checks">
      {checks.map((check) => (
        <CheckItem key={check.name} check={check} />
      ))}
    </ol>
  )
}

/** One check: with what it means and what was expected and found, if it failed. */
function CheckItem({ check }: { check: Check }): JSX.Element {
  const words = text(texts)
  const { number: value, name, ok, expected, found } = check
  const { name: shownName, meaning, reason, original } = explainedCheck(check)
  const labels = text(shell)
  return (
    <li value={value} class={ok ? 'holds' : 'fails'} data-check={name}>
      <b>
        {ok ? words.passed : words.failed} · {shownName}
      </b>
      <span class="reason">{reason}</span>
      {!ok && (
        <>
          <span class="hint">{meaning}</span>
          <Facts
            rows={[
              [labels.expected, shownValue(expected)],
              [labels.got, shownValue(found)],
              [labels.original, shownValue(original)],
            ]}
          />
        </>
      )}
    </li>
  )
}

function shownValue(value: string | undefined): JSX.Element | undefined {
  if (value === undefined) return undefined
  return HEX.test(value) ? <Hex digits={value} /> : <English>{value}</English>
}
