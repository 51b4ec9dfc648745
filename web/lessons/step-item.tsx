/** One step: what to do, its button, what then happened, and whether that was what the step is about. */
import type { JSX } from 'preact'
import { missingNow } from '../app/isolation.ts'
import { text } from '../i18n/language.ts'
import { lessons as texts } from '../i18n/lessons.ts'
import { Press } from '../parts/press.tsx'
import { Problem } from '../parts/problem.tsx'
import { EventList } from './event-item.tsx'
import type { Step } from './lesson-kind.ts'
import type { Session } from './session.ts'

export function StepItem({ session, step, at }: { session: Session; step: Step; at: number }): JSX.Element {
  const words = text(texts)
  const { lesson, lab } = session
  const own = text(lesson.texts).steps[step.name]!
  const isDone = step.done(lab)
  const isNext = session.done >= at
  const isBusy = session.busy.value === step.name
  const ran = session.ran.value?.step === step.name ? session.ran.value : undefined
  const records = lab.records.value.filter((record) => record.step === step.name)
  const id = `step-${step.name}`
  const isOff = !isNext || missingNow.value === undefined || (session.busy.value !== undefined && !isBusy)
  return (
    <li class="step" data-step={step.name} data-done={isDone} aria-labelledby={id}>
      <p class="hint">{words.step(at + 1, lesson.steps.length)}</p>
      <h2 id={id}>{own.title}</h2>
      <p>{own.text}</p>
      {step.field && (
        <label class="field">
          <span>{own.field}</span>
          <input
            type="text"
            maxLength={step.field.maxLength}
            autocomplete="off"
            spellcheck={false}
            value={session.valueOf(step)}
            onInput={(event) => session.enter(step, event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !event.isComposing && !isOff) void session.run(step)
            }}
          />
        </label>
      )}
      <div class="row">
        <Press
          class={isDone ? '' : 'main'}
          disabled={isOff}
          action={async () => void (await session.run(step))}
          describedBy={`${id}-state`}
        >
          {own.button}
        </Press>
      </div>
      <EventList records={records} />
      <Problem error={ran?.error} />
      <p class="step-state" id={`${id}-state`} role="status">
        {stateOf()}
      </p>
    </li>
  )

  function stateOf(): string {
    if (isBusy) return words.working
    if (isDone) return `${words.checked} · ${own.done}`
    if (ran && ran.error === undefined) return words.notDone
    return isNext ? words.nothing : words.notYet
  }
}
