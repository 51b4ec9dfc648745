/** The enclaves of a lesson or an attack, newest first, and the picture of the newest. */
import type { JSX } from 'preact'
import type { EnclaveView } from '../app/enclaves.ts'
import { ConsolePanel } from '../enclave/console-panel.tsx'
import { endText } from '../enclave/end-text.ts'
import { MeasurementsPanel } from '../enclave/measurements-panel.tsx'
import { MemoryMeter } from '../enclave/memory-meter.tsx'
import { TalkPanel } from '../enclave/talk-panel.tsx'
import { EXAMPLES, type Talk } from '../examples/examples.ts'
import { enclave } from '../i18n/enclave.ts'
import { text } from '../i18n/language.ts'
import { lessons as texts } from '../i18n/lessons.ts'
import { Picture } from '../picture/picture.tsx'
import type { Lab } from './lab.ts'

export function LiveSide({ lab }: { lab: Lab }): JSX.Element {
  const words = text(texts)
  const views = lab.of('started').map(({ view }) => view)
  const newest = views.at(-1)
  return (
    <section class="column live-side" aria-labelledby="live-title">
      <h2 id="live-title">{words.live}</h2>
      {views.length === 0 && (
        <div class="empty">
          <p>{words.noEnclave}</p>
        </div>
      )}
      {views.toReversed().map((view) => (
        <LiveEnclave key={view.number} view={view} />
      ))}
      {newest && <Picture key={newest.number} view={newest} />}
    </section>
  )
}

function LiveEnclave({ view }: { view: EnclaveView }): JSX.Element {
  const words = text(enclave)
  const { number, description, changedByte } = view
  const state = view.state.value
  const id = `live-${number}`
  const talk = talkWith(view.image.name)
  return (
    <article aria-labelledby={id} data-enclave={number}>
      <header>
        <h3 id={id}>{words.title(number)}</h3>
        <p class="badges">
          <span class="badge">{view.image.name}</span>
          <span class="badge">CID {description.cid}</span>
          {description.launchMode === 'debug' && <span class="badge strong">{words.debugMode}</span>}
          {changedByte !== undefined && <span class="badge strong">{words.changed(changedByte)}</span>}
        </p>
      </header>
      <p role="status" class="state" data-state={state}>
        {state === 'ended' ? words.ended(endText(view)) : words[state]}
      </p>
      <MemoryMeter view={view} />
      {/* One at a time: their parts have the same names. */}
      <details name="live">
        <summary>{text(texts).details}</summary>
        <div class="column">
          <MeasurementsPanel view={view} />
          {talk && <TalkPanel view={view} talk={talk} />}
          <ConsolePanel view={view} />
        </div>
      </details>
    </article>
  )
}

/** How one talks with a program, by the name of its image; not with those that only attack. */
function talkWith(image: string): Talk | undefined {
  if (image === 'door.eif') return { kind: 'service', method: 'look', request: {} }
  return EXAMPLES.find(({ name }) => image === `${name}.eif`)?.talk
}
