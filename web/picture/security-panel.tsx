/** The calls of the security module, and its registers. */
import type { JSX } from 'preact'
import type { EnclaveView } from '../app/enclaves.ts'
import type { ShownCall } from '../host/report.ts'
import { text } from '../i18n/language.ts'
import { picture } from '../i18n/picture.ts'
import { Hex } from '../parts/hex.tsx'
import { hasOlder, type Range, rangesOf, registersOf } from './registers.ts'

/** Calls in the list: the newest. */
const MAX_CALLS = 50

export function SecurityPanel({ view }: { view: EnclaveView }): JSX.Element {
  const words = text(picture)
  const calls = view.calls.value
  const shown = calls.slice(-MAX_CALLS).toReversed()
  const ranges = rangesOf(registersOf(view.registers.value, calls))
  return (
    <>
      <section aria-label={words.calls}>
        <h3>{words.calls}</h3>
        {shown.length === 0 && <p class="hint">{words.noCalls}</p>}
        <ol reversed class="call-list">
          {shown.map((call) => (
            <Call key={call.number} call={call} />
          ))}
        </ol>
      </section>
      <section aria-label={words.registers}>
        <h3>{words.registers}</h3>
        <p class="hint">
          {words.registersHint} {hasOlder(calls) && words.historyCut}
        </p>
        <ol class="register-list">
          {ranges.map((range) => (
            <RangeItem key={range.first.index} range={range} />
          ))}
        </ol>
      </section>
    </>
  )
}

function Call({ call }: { call: ShownCall }): JSX.Element {
  const words = text(picture)
  const { call: name, pcrs, error, number } = call
  return (
    <li value={number + 1} class={error === undefined ? undefined : 'fails'}>
      {words.callNames[name]} {pcrs?.join(', ')} {error !== undefined && <b>{words.failed(error)}</b>}
    </li>
  )
}

function RangeItem({ range: { first, last } }: { range: Range }): JSX.Element {
  const words = text(picture)
  const { index, isLocked, value, history, isWhole } = first
  const isZero = /^0+$/.test(value)
  return (
    <li class={isLocked ? 'locked' : 'unlocked'} data-register={index}>
      <b>
        PCR{index}
        {last !== first && `–${last.index}`}
      </b>{' '}
      <span class="lock">{isLocked ? words.locked : words.open}</span>{' '}
      {isZero ? <span class="hint">{words.zero}</span> : <Hex digits={value.slice(0, 16)} />}
      {history.length > 0 && (
        <details>
          <summary>{words.history(history.length, isWhole)}</summary>
          <ol class="history">
            {[...history, value].map((one) => (
              <li key={one}>
                <Hex digits={one} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </li>
  )
}
