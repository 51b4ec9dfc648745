/** One enclave on the page: its state, its measurements, and what can be done with it. */
import type { JSX } from 'preact'
import { type EnclaveView, removeEnclave, stopEnclave } from '../app/enclaves.ts'
import type { Talk } from '../examples/examples.ts'
import { enclave as texts } from '../i18n/enclave.ts'
import { text } from '../i18n/language.ts'
import { Press } from '../parts/press.tsx'
import { AttestPanel } from './attest-panel.tsx'
import { ConsolePanel } from './console-panel.tsx'
import { endText } from './end-text.ts'
import { MeasurementsPanel } from './measurements-panel.tsx'
import { MemoryMeter } from './memory-meter.tsx'
import { TalkPanel } from './talk-panel.tsx'

export function EnclaveCard({ view, talk }: { view: EnclaveView; talk: Talk }): JSX.Element {
  const words = text(texts)
  const { description, changedByte } = view
  const state = view.state.value
  const isOver = state === 'ended'
  const shownState = isOver ? words.ended(endText(view)) : words[state]
  const id = `enclave-${view.number}`
  return (
    <article aria-labelledby={id}>
      <header>
        <h3 id={id} tabIndex={-1}>
          {words.title(view.number)}
        </h3>
        <p class="badges">
          <span class="badge">CID {description.cid}</span>
          <span class="badge">{words.share(description.vcpus, description.memoryMiB)}</span>
          {description.launchMode === 'debug' && <span class="badge strong">{words.debugMode}</span>}
          {changedByte !== undefined && <span class="badge strong">{words.changed(changedByte)}</span>}
        </p>
      </header>
      <p role="status" class="state" data-state={state}>
        {shownState}
      </p>
      <MemoryMeter view={view} />
      <MeasurementsPanel view={view} />
      <TalkPanel view={view} talk={talk} />
      <AttestPanel view={view} talk={talk} />
      <ConsolePanel view={view} />
      <footer class="row">
        {isOver ? (
          <Press action={() => removeEnclave(view)}>{words.remove}</Press>
        ) : (
          <Press action={() => stopEnclave(view)}>{words.stop}</Press>
        )}
      </footer>
    </article>
  )
}
