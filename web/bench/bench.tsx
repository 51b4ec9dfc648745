/** The bench: a program on the parent's side, its enclaves behind the wall. */
import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import { enclaves } from '../app/enclaves.ts'
import { missingNow } from '../app/isolation.ts'
import { EnclaveCard } from '../enclave/card.tsx'
import { bench } from '../i18n/bench.ts'
import { text } from '../i18n/language.ts'
import { Heading } from '../parts/heading.tsx'
import { MissingPanel } from '../parts/missing-panel.tsx'
import { attempt, Problem } from '../parts/problem.tsx'
import { MeasuredPanel } from './measured-panel.tsx'
import { PicturePanel } from './picture-panel.tsx'
import { ProgramPanel } from './program-panel.tsx'
import { isFromOthers, openLink } from './sharing.ts'
import { StartPanel } from './start-panel.tsx'
import { built, chooseExample, talkOf } from './state.ts'

export function Bench({ rest }: { rest: string }): JSX.Element {
  const words = text(bench)
  const missing = missingNow.value ?? []
  const opening = useMemo(attempt, [])
  useEffect(() => {
    // On the first visit the example is built while the reader reads, also if the link cannot be used.
    const begin = () => {
      if (built.value.state === 'reading') void chooseExample('hello')
    }
    if (rest === '') begin()
    else void opening.run(() => openLink(rest)).then(begin)
  }, [rest])
  return (
    <div class="bench">
      <Heading>{words.title}</Heading>
      <p class="intro">{words.intro}</p>
      <Problem error={opening.error.value} />
      {missing.length > 0 && <MissingPanel missing={missing} />}
      {isFromOthers.value && <p class="notice">{words.fromOthers}</p>}
      <div class="two-sides">
        <div class="column" id="app">
          <ProgramPanel />
          <MeasuredPanel />
          {missing.length === 0 && <StartPanel />}
        </div>
        <div class="wall" aria-hidden="true">
          <span>{words.wall}</span>
        </div>
        <section class="column" id="enclaves" aria-labelledby="enclaves-title">
          <h2 id="enclaves-title">{words.enclaves}</h2>
          {enclaves.value.length === 0 && (
            <div class="empty">
              <p>{words.none}</p>
              {missing.length === 0 && <p class="hint">{words.noneHint}</p>}
            </div>
          )}
          {enclaves.value.map((view) => (
            <EnclaveCard key={view.number} view={view} talk={talkOf(view.image)} />
          ))}
        </section>
      </div>
      <PicturePanel />
    </div>
  )
}
