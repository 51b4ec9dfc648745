/** The calls of the KMS, and why each was refused, statement by statement. */
import type { JSX } from 'preact'
import type { KmsCall } from '../host/kms-host.ts'
import { decision } from '../i18n/decision.ts'
import { key as texts } from '../i18n/key.ts'
import { text } from '../i18n/language.ts'
import { English } from '../parts/english.tsx'
import { Decision } from './decision.tsx'
import { calls } from './state.ts'

export function CallsPanel(): JSX.Element {
  const words = text(texts)
  const newestFirst = calls.value.toReversed()
  return (
    <section aria-label={words.calls} class="kms-calls">
      <h2>{words.calls}</h2>
      {newestFirst.length === 0 && <p class="hint">{words.noCalls}</p>}
      <ol reversed>
        {newestFirst.map((call, at) => (
          <CallItem key={call.number} call={call} isNewest={at === 0} />
        ))}
      </ol>
    </section>
  )
}

function CallItem({ call, isNewest }: { call: KmsCall; isNewest: boolean }): JSX.Element {
  const words = text(texts)
  const { number, caller, operation, status, trace, message } = call
  const isAllowed = status < 400
  return (
    <li value={number} data-status={status}>
      <b class={isAllowed ? 'good' : 'bad'}>{isAllowed ? words.allowed : words.denied}</b> {operation},{' '}
      {words.callers[caller]}
      {trace ? (
        <details open={isNewest}>
          <summary>{text(decision).why}</summary>
          <Decision trace={trace} />
        </details>
      ) : (
        message && (
          <p class="hint">
            <English>{message}</English>
          </p>
        )
      )}
    </li>
  )
}
