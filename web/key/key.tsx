/** The KMS of the tab: keys and policies, a secret, and why it is released or not. */
import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import { key as texts } from '../i18n/key.ts'
import { text } from '../i18n/language.ts'
import { shell } from '../i18n/shell.ts'
import { Heading } from '../parts/heading.tsx'
import { attempt, Problem } from '../parts/problem.tsx'
import { CallsPanel } from './calls-panel.tsx'
import { PolicyPanel } from './policy-panel.tsx'
import { OpenPanel, SecretPanel } from './secret-panel.tsx'
import { chosen, facts, openKms } from './state.ts'

export function KeyView(_: { rest: string }): JSX.Element {
  const words = text(texts)
  const opening = useMemo(attempt, [])
  useEffect(() => void opening.run(openKms), [])
  return (
    <div class="key-view">
      <Heading>{words.title}</Heading>
      <p class="intro">{words.intro}</p>
      <Problem error={opening.error.value} />
      {facts.value ? (
        <>
          <p class="hint">{words.facts(facts.value.principal, facts.value.identity)}</p>
          <div class="panes">
            <PolicyPanel />
            <div class="column">
              {chosen.value && <SecretPanel />}
              {chosen.value && <OpenPanel />}
            </div>
            <CallsPanel />
          </div>
        </>
      ) : (
        <p role="status">{text(shell).loading}</p>
      )}
    </div>
  )
}
