/** What is missing to run enclaves, and how to get it. */
import type { JSX } from 'preact'
import type { Missing } from '../app/environment.ts'
import { isolationError } from '../app/isolation.ts'
import { text } from '../i18n/language.ts'
import { missing as texts } from '../i18n/missing.ts'
import { Problem } from './problem.tsx'

export function MissingPanel({ missing }: { missing: readonly Missing[] }): JSX.Element {
  const words = text(texts)
  return (
    <section id="missing" class="side side-parent" aria-labelledby="missing-title">
      <h2 id="missing-title">{words.title}</h2>
      <p>
        {words.reason(missing.length)} {words.stillWorks}
      </p>
      <ul>
        {missing.map((part) => (
          <li key={part} data-missing={part}>
            <b>{words.item(words.parts[part].what)}</b> {words.parts[part].how}
          </li>
        ))}
      </ul>
      <Problem error={isolationError.value} />
    </section>
  )
}
