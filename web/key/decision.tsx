/** A decision of the KMS, statement by statement: what each requires, and what it found. */
import type { JSX } from 'preact'
import type { DecisionTrace, PartTrace } from '../../src/kms/policy/explain.ts'
import { decision as texts } from '../i18n/decision.ts'
import { explainedDecision, explainedLabel, explainedNote } from '../i18n/explain.ts'
import { text } from '../i18n/language.ts'
import { shell } from '../i18n/shell.ts'
import { Facts } from '../parts/facts.tsx'

export function Decision({ trace }: { trace: DecisionTrace }): JSX.Element {
  const words = text(texts)
  return (
    <>
      <p>{explainedDecision(trace)}</p>
      <ol class="statements">
        {trace.statements.map(({ policy, statement, effect, applies, parts }) => (
          <li key={`${policy} ${statement}`}>
            <b>{explainedLabel(statement)}</b> ({explainedLabel(policy)}, {effect}):{' '}
            {applies ? words.applies : words.doesNotApply}
            <ul>
              {parts.map((part) => (
                <Part key={part.part} part={part} />
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </>
  )
}

function Part({ part: { part, holds, expected, found, note } }: { part: PartTrace }): JSX.Element {
  const words = text(texts)
  const labels = text(shell)
  const list = (values: readonly string[]) => values.join(', ') || words.nothing
  return (
    <li class={holds ? 'holds' : 'fails'} data-part={part}>
      {holds ? '✓' : '✗'} <code>{part}</code>
      {!holds && (
        <Facts
          rows={[
            [labels.expected, <code key="expected">{list(expected)}</code>],
            [labels.got, <code key="found">{list(found)}</code>],
          ]}
        />
      )}
      {note && <p class="hint">{explainedNote(note)}</p>}
    </li>
  )
}
