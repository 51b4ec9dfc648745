/** One attack: the attempts, what came of each, and why. */
import { type Signal, useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import { missingNow } from '../app/isolation.ts'
import { linkTo } from '../app/route.ts'
import { hostFailure } from '../host/open.ts'
import { attacks as texts } from '../i18n/attacks.ts'
import { bench } from '../i18n/bench.ts'
import { text } from '../i18n/language.ts'
import { EventList } from '../lessons/event-item.tsx'
import { Lab } from '../lessons/lab.ts'
import { LiveSide } from '../lessons/live-side.tsx'
import { Heading } from '../parts/heading.tsx'
import { MissingPanel } from '../parts/missing-panel.tsx'
import { Press } from '../parts/press.tsx'
import { attempt, Problem } from '../parts/problem.tsx'
import type { Attack, Trial } from './attack-kind.ts'

export function AttackPage({ attack }: { attack: Attack }): JSX.Element {
  const words = text(texts)
  const lab = useMemo(() => new Lab(), [])
  const busy = useSignal<string | undefined>(undefined)
  useEffect(() => () => void lab.close(), [])
  const { title, attacker, why } = text(attack.texts)
  const isTried = attack.trials.every((trial) => trial.outcome(lab) !== undefined)
  return (
    <div class="lesson">
      <p>
        <a href={linkTo('attacks')}>{words.all}</a>
      </p>
      <Heading>{title}</Heading>
      <p class="intro">
        <b>{words.attacker}.</b> {attacker}
      </p>
      {missingNow.value !== undefined && missingNow.value.length > 0 && (
        <MissingPanel missing={missingNow.value} />
      )}
      <div class="two-sides">
        <div class="column">
          <ol class="steps" data-busy={busy.value}>
            {attack.trials.map((trial) => (
              <TrialItem key={trial.name} attack={attack} trial={trial} lab={lab} busy={busy} />
            ))}
          </ol>
          <div aria-live="polite">
            {isTried && (
              <section class="notice">
                <h2>{words.why}</h2>
                <p>{why}</p>
              </section>
            )}
          </div>
        </div>
        <div class="wall" aria-hidden="true">
          <span>{text(bench).wall}</span>
        </div>
        <LiveSide lab={lab} />
      </div>
    </div>
  )
}

function TrialItem({
  attack,
  trial,
  lab,
  busy,
}: {
  attack: Attack
  trial: Trial
  lab: Lab
  busy: Signal<string | undefined>
}): JSX.Element {
  const words = text(texts)
  const trying = useMemo(attempt, [])
  const hasRun = useSignal(false)
  const { name, role } = trial
  const own = text(attack.texts).trials[name]!
  const outcome = trial.outcome(lab)
  const isBusy = busy.value === name
  const id = `trial-${name}`
  const run = () =>
    trying.run(async () => {
      if (busy.value !== undefined) return
      busy.value = name
      try {
        await lab.begin(name)
        await Promise.race([trial.run(lab), hostFailure])
        hasRun.value = true
      } finally {
        busy.value = undefined
      }
    })
  return (
    <li class="step" data-trial={name} data-outcome={outcome} aria-labelledby={id}>
      <p class="hint">{words.roles[role]}</p>
      <h2 id={id}>{own.title}</h2>
      <p>{own.text}</p>
      <div class="row">
        <Press
          class={outcome === undefined ? 'main' : ''}
          disabled={missingNow.value === undefined || (busy.value !== undefined && !isBusy)}
          action={run}
          describedBy={`${id}-state`}
        >
          {own.button}
        </Press>
      </div>
      <EventList records={lab.records.value.filter(({ step }) => step === name)} />
      <Problem error={trying.error.value} />
      <p class="step-state" id={`${id}-state`} role="status">
        {stateOf()}
      </p>
    </li>
  )

  function stateOf(): JSX.Element | string {
    if (isBusy) return words.working
    if (outcome === undefined)
      return hasRun.value && trying.error.value === undefined ? words.unclear : words.notYet
    return (
      <>
        <b>{words.outcomes[outcome]}</b> {own[outcome]}
      </>
    )
  }
}
