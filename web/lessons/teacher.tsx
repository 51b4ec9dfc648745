/** Notes and timings for teachers, and the link that restores the state of a lesson. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { linkTo } from '../app/route.ts'
import { text } from '../i18n/language.ts'
import { lessons as texts } from '../i18n/lessons.ts'
import { shell } from '../i18n/shell.ts'
import { Facts } from '../parts/facts.tsx'
import { Press } from '../parts/press.tsx'
import { copyLink } from '../share/copy-link.ts'
import { writeProgress } from './progress.ts'
import type { Session } from './session.ts'

export function Teacher({ number, session }: { number: number; session: Session }): JSX.Element {
  const words = text(texts)
  const note = useSignal('')
  const { lesson } = session
  const { notes, steps } = text(lesson.texts)
  const copy = async () => {
    const isCopied = await copyLink(linkTo('lessons', `${number}/${writeProgress(session.progress)}`))
    note.value = isCopied ? words.linkCopied : text(shell).linkInAddress
  }
  return (
    <details class="teacher">
      <summary>{words.teacher}</summary>
      <ul>
        {notes.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
      <h2>{words.timings}</h2>
      <Facts rows={lesson.steps.map(({ name, minutes }) => [steps[name]!.title, words.minutes(minutes)])} />
      <p class="hint">{words.teacherHint}</p>
      <div class="row">
        <Press action={copy}>{words.link}</Press>
        <span role="status" class="hint">
          {note.value}
        </span>
      </div>
    </details>
  )
}
