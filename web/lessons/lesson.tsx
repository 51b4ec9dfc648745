/** One lesson: its steps on the one side, the live system on the other. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import { missingNow } from '../app/isolation.ts'
import { linkTo } from '../app/route.ts'
import { bench } from '../i18n/bench.ts'
import { text } from '../i18n/language.ts'
import { lessons as texts } from '../i18n/lessons.ts'
import { Heading } from '../parts/heading.tsx'
import { MissingPanel } from '../parts/missing-panel.tsx'
import { Press } from '../parts/press.tsx'
import { Problem } from '../parts/problem.tsx'
import { LESSONS } from './all.ts'
import type { Lesson } from './lesson-kind.ts'
import { minutesOf } from './lesson-kind.ts'
import { LiveSide } from './live-side.tsx'
import { type Progress, readProgress, storedProgress } from './progress.ts'
import { Session } from './session.ts'
import { StepItem } from './step-item.tsx'
import { Teacher } from './teacher.tsx'

const NOTHING: Progress = { done: 0, entered: {} }

export function LessonPage({
  number,
  lesson,
  data,
}: {
  number: number
  lesson: Lesson
  data: string | undefined
}): JSX.Element {
  const words = text(texts)
  const linkError = useSignal<unknown>(undefined)
  const session = useMemo(() => {
    let progress = NOTHING
    try {
      progress = data ? readProgress(data, lesson) : (storedProgress(number, lesson) ?? NOTHING)
    } catch (error) {
      linkError.value = error
    }
    return new Session(number, lesson, progress)
  }, [])
  useEffect(() => () => session.close(), [])
  const { title, aim, end } = text(lesson.texts)
  const isOver = session.done === lesson.steps.length
  return (
    <div class="lesson">
      <p>
        <a href={linkTo('lessons')}>{words.all}</a>
      </p>
      <Heading>{title}</Heading>
      <p class="hint">
        {words.number(number)} · {words.minutes(minutesOf(lesson))} ·{' '}
        {words.progress(session.done, lesson.steps.length)}
      </p>
      <p class="intro">{aim}</p>
      <Problem error={linkError.value} />
      {missingNow.value !== undefined && missingNow.value.length > 0 && (
        <MissingPanel missing={missingNow.value} />
      )}
      <Resume session={session} />
      <div class="two-sides">
        <section class="column" aria-label={words.steps}>
          <ol class="steps" data-busy={session.busy.value}>
            {lesson.steps.map((step, at) => (
              <StepItem key={step.name} session={session} step={step} at={at} />
            ))}
          </ol>
          <div aria-live="polite">{isOver && <End number={number} end={end} />}</div>
        </section>
        <div class="wall" aria-hidden="true">
          <span>{text(bench).wall}</span>
        </div>
        <LiveSide lab={session.lab} />
      </div>
      <Teacher number={number} session={session} />
    </div>
  )
}

function Resume({ session }: { session: Session }): JSX.Element | null {
  const words = text(texts)
  const { earlier } = session
  if (earlier.value <= session.done) return null
  // The buttons here go, and with them the focus.
  const resume = async () => {
    await session.resume()
    focusNext(session)
  }
  const restart = () => {
    session.restart()
    focusNext(session)
  }
  return (
    <section class="notice" aria-labelledby="resume-title">
      <h2 id="resume-title">{words.resumeTitle}</h2>
      <p>{words.resume(earlier.value)}</p>
      <div class="row">
        <Press class="main" disabled={missingNow.value === undefined} action={resume}>
          {words.resumeButton}
        </Press>
        <Press action={restart}>{words.afresh}</Press>
      </div>
    </section>
  )
}

/** Moves the focus to the button of the step that is next. */
function focusNext({ lesson, done }: Session): void {
  const { name } = lesson.steps[Math.min(done, lesson.steps.length - 1)]!
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`[data-step="${name}"] button:enabled`)?.focus(),
  )
}

function End({ number, end }: { number: number; end: string }): JSX.Element {
  const words = text(texts)
  return (
    <section class="notice">
      <h2>{words.end}</h2>
      <p>{end}</p>
      {LESSONS[number] && (
        <p>
          <a href={linkTo('lessons', String(number + 1))}>{words.next}</a>:{' '}
          {text(LESSONS[number].texts).title}
        </p>
      )}
    </section>
  )
}
