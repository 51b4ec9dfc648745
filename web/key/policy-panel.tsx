/** The keys, and the policy of one with the linter's findings beside it. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Warning } from '../../src/kms/index.ts'
import { enclaves } from '../app/enclaves.ts'
import { explainedLabel, explainedWarning } from '../i18n/explain.ts'
import { key as texts } from '../i18n/key.ts'
import { text } from '../i18n/language.ts'
import { English } from '../parts/english.tsx'
import { Press } from '../parts/press.tsx'
import { attempt, Problem } from '../parts/problem.tsx'
import { Side } from '../parts/side.tsx'
import {
  allow,
  choose,
  chosen,
  createKey,
  draft,
  draftError,
  edit,
  keys,
  savePolicy,
  warnings,
} from './state.ts'

export function PolicyPanel(): JSX.Element {
  const words = text(texts)
  const acting = useMemo(attempt, [])
  const isSaved = useSignal(false)
  const running = enclaves.value.filter(({ state }) => state.value === 'running')
  const act = (action: () => Promise<void>) => () => {
    isSaved.value = false
    return acting.run(action)
  }
  const save = act(async () => {
    await savePolicy()
    isSaved.value = true
  })
  return (
    <Side of="parent" title={words.keys}>
      <div class="row">
        {keys.value.length > 0 && (
          <label class="field grow">
            <span>{words.choose}</span>
            <select
              value={chosen.value?.keyId}
              onChange={(event) => {
                const { value } = event.currentTarget
                const key = keys.value.find(({ keyId }) => keyId === value)
                if (key) choose(key)
              }}
            >
              {keys.value.map(({ keyId, description }) => (
                <option key={keyId} value={keyId}>
                  {words.name(description, keyId)}
                </option>
              ))}
            </select>
          </label>
        )}
        <Press class={chosen.value ? '' : 'main'} action={act(() => createKey(words.description))}>
          {words.create}
        </Press>
      </div>
      {chosen.value && (
        <>
          <label class="field">
            <span>{words.policy}</span>
            <textarea
              class="policy"
              rows={16}
              spellcheck={false}
              maxLength={32_768}
              value={draft.value}
              onInput={(event) => {
                isSaved.value = false
                void edit(event.currentTarget.value)
              }}
            />
            <span class="hint">{words.policyHint}</span>
          </label>
          <Findings />
          <div class="row">
            <Press class="main" disabled={draft.value === chosen.value.policy} action={save}>
              {words.save}
            </Press>
            {running.map((view) => (
              <Press key={view.number} action={act(() => allow(view))} describedBy="allow-hint">
                {words.allow(view.number)}
              </Press>
            ))}
            <span role="status" class="hint">
              {isSaved.value && words.saved}
            </span>
          </div>
          {running.length > 0 && (
            <p class="hint" id="allow-hint">
              {words.allowHint}
            </p>
          )}
        </>
      )}
      <Problem error={acting.error.value} />
    </Side>
  )
}

function Finding({ code, message }: Pick<Warning, 'code' | 'message'>): JSX.Element {
  const explained = explainedWarning(code)
  const original = <English>{message}</English>
  return explained === undefined ? (
    original
  ) : (
    <>
      {explained} <span class="hint">{original}</span>
    </>
  )
}

function Findings(): JSX.Element {
  const words = text(texts)
  const isClean = draftError.value === undefined && warnings.value.length === 0
  return (
    <section aria-label={words.findings} aria-live="polite" class="findings">
      <h3>{words.findings}</h3>
      {isClean && <p class="hint">{words.noFindings}</p>}
      <Problem error={draftError.value} />
      {draftError.value === undefined && (
        <ul>
          {warnings.value.map(({ code, statement, message }) => (
            <li key={`${code} ${statement} ${message}`}>
              <b>{code}</b> {explainedLabel(statement)}: <Finding code={code} message={message} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
