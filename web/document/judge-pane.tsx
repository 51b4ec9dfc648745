/** The verdict on a document, and what it depends on. */
import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import { CheckList } from '../enclave/check-list.tsx'
import { VerdictSummary } from '../enclave/verdict-summary.tsx'
import { document as texts } from '../i18n/document.ts'
import { text } from '../i18n/language.ts'
import { Press } from '../parts/press.tsx'
import { judge, judging, type Root, verdict } from './state.ts'

const ROOTS: readonly Root[] = ['page', 'aws', 'huawei', 'own']

export function JudgePane(): JSX.Element {
  const words = text(texts)
  const { root, pem, at, nonce, pcr0 } = judging
  return (
    <section aria-label={words.verdict}>
      <h2>{words.verdict}</h2>
      <div class="options">
        <label class="field">
          <span>{words.root}</span>
          <select
            value={root.value}
            onChange={(event) => {
              root.value = event.currentTarget.value as Root
              void judge()
            }}
          >
            {ROOTS.map((one) => (
              <option key={one} value={one}>
                {words.roots[one]}
              </option>
            ))}
          </select>
        </label>
        <Field name={words.at} hint={words.atHint} type="datetime-local" value={at} />
        <Field name={words.nonce} hint={words.nonceHint} type="text" value={nonce} />
        <Field name={words.pcr0} type="text" value={pcr0} />
      </div>
      {root.value === 'own' && (
        <label class="field">
          <span>{words.pem}</span>
          <textarea
            rows={4}
            spellcheck={false}
            value={pem.value}
            onInput={(event) => {
              pem.value = event.currentTarget.value
            }}
          />
        </label>
      )}
      <div class="row">
        <Press action={judge}>{words.judge}</Press>
      </div>
      <div aria-live="polite">
        <Checks />
      </div>
    </section>
  )
}

function Checks(): JSX.Element | null {
  const found = verdict.value
  if (!found) return null
  return (
    <>
      <VerdictSummary verdict={found} />
      <CheckList checks={found.checks} />
    </>
  )
}

function Field({
  name,
  hint,
  type,
  value,
}: {
  name: string
  hint?: string
  type: 'text' | 'datetime-local'
  value: Signal<string>
}): JSX.Element {
  return (
    <label class="field">
      <span>{name}</span>
      <input
        type={type as 'text'}
        spellcheck={false}
        value={value.value}
        onInput={(event) => {
          value.value = event.currentTarget.value
        }}
      />
      {hint && <span class="hint">{hint}</span>}
    </label>
  )
}
