/** The list of the lessons, or one of them. */
import type { JSX } from 'preact'
import { linkTo } from '../app/route.ts'
import { text } from '../i18n/language.ts'
import { lessons as texts } from '../i18n/lessons.ts'
import { Heading } from '../parts/heading.tsx'
import { LESSONS } from './all.ts'
import { LessonPage } from './lesson.tsx'
import { minutesOf } from './lesson-kind.ts'
import { storedProgress } from './progress.ts'

export function LessonsView({ rest }: { rest: string }): JSX.Element {
  const [, given = '', data] = /^([^/]*)(?:\/(.*))?$/.exec(rest) ?? []
  const number = /^\d$/.test(given) ? Number(given) : 0
  const lesson = LESSONS[number - 1]
  if (!lesson) return <LessonList isUnknown={rest !== ''} />
  return <LessonPage key={rest} number={number} lesson={lesson} data={data} />
}

function LessonList({ isUnknown }: { isUnknown: boolean }): JSX.Element {
  const words = text(texts)
  return (
    <div class="lessons">
      <Heading>{words.title}</Heading>
      <p class="intro">{words.intro}</p>
      {isUnknown && <p class="notice">{words.unknown}</p>}
      <ol class="cards">
        {LESSONS.map((lesson, at) => {
          const { title, aim } = text(lesson.texts)
          const done = storedProgress(at + 1, lesson)?.done ?? 0
          return (
            <li key={title} class="card-link">
              <p class="hint">
                {words.number(at + 1)} · {words.minutes(minutesOf(lesson))}
              </p>
              <h2>
                <a href={linkTo('lessons', String(at + 1))}>{title}</a>
              </h2>
              <p>{aim}</p>
              <p class="hint">{words.progress(done, lesson.steps.length)}</p>
            </li>
          )
        })}
      </ol>
    </div>
  )
}
