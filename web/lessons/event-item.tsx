/** One thing that happened, as it is shown under its step. */
import type { ComponentChildren, JSX } from 'preact'
import { pcrHex } from '../../src/base/pcrs.ts'
import type { Attestation } from '../enclave/attest.ts'
import { CheckList } from '../enclave/check-list.tsx'
import { endText } from '../enclave/end-text.ts'
import { toJson } from '../enclave/values.ts'
import { VerdictList } from '../enclave/verdict-list.tsx'
import { VerdictSummary } from '../enclave/verdict-summary.tsx'
import { PROFILE } from '../examples/usual.ts'
import type { ShownError } from '../host/errors.ts'
import type { KmsCall } from '../host/kms-host.ts'
import { enclave } from '../i18n/enclave.ts'
import { number, text } from '../i18n/language.ts'
import { events as texts } from '../i18n/lessons-events.ts'
import { Decision } from '../key/decision.tsx'
import { English } from '../parts/english.tsx'
import { ErrorText } from '../parts/error-text.tsx'
import { Hex } from '../parts/hex.tsx'
import type { LabEvent, Recorded } from './events.ts'

/** What is longer is cut: an enclave may answer with anything. */
const MAX_SHOWN = 600
const MAX_REQUEST = 160

export function EventList({ records }: { records: readonly Recorded[] }): JSX.Element | null {
  if (records.length === 0) return null
  return (
    <ol class="events" aria-label={text(texts).happened}>
      {records.map(({ number: at, event }) => (
        <li key={at} data-event={event.kind}>
          <EventItem event={event} />
        </li>
      ))}
    </ol>
  )
}

function EventItem({ event }: { event: LabEvent }): JSX.Element {
  const words = text(texts)
  switch (event.kind) {
    case 'image':
      return (
        <Line title={words.measured(event.image.name)} value={<Pcr digits={event.image.pcr0Of(PROFILE)} />} />
      )
    case 'started':
      return (
        <Line
          title={words.started(event.view.number)}
          value={<Pcr digits={pcrHex(event.view.description.pcrs, 0)} />}
        />
      )
    case 'ended':
      return <Line title={words.isOver(event.view.number)} value={endText(event.view)} />
    case 'answer': {
      const call = `${event.method}(${cut(toJson(event.request), MAX_REQUEST)})`
      return (
        <Line
          title={words.called(event.view.number, call)}
          value={<code>{cut(toJson(event.result))}</code>}
        />
      )
    }
    case 'refused':
      return <Refused tried={event.what} error={event.error} />
    case 'verdict':
      return (
        <>
          <b>{words.judged}</b>
          <Judged attestation={event.attestation} />
        </>
      )
    case 'console':
      return <Line title={words.printed} value={<code>{cut(event.text)}</code>} />
    case 'kms':
      return <KmsAnswer call={event.call} />
    case 'fact': {
      const { name, value } = event
      const shown = typeof value === 'number' ? number(value) : <code>{cut(value)}</code>
      return <Line title={words.facts[name]} value={shown} />
    }
  }
}

function Line({ title, value }: { title: string; value: ComponentChildren }): JSX.Element {
  return (
    <>
      <b>{title}</b> <span class="value">{value}</span>
    </>
  )
}

function Pcr({ digits }: { digits: string }): JSX.Element {
  return /^0+$/.test(digits) ? <span>{text(enclave).pcrZero}</span> : <Hex digits={digits} name="PCR0" />
}

function Refused({ tried, error }: { tried: string; error: ShownError }): JSX.Element {
  const { code } = error
  return (
    <div class="refused" data-code={code}>
      <b>
        ✗ {text(texts).refused(tried)} {code && <code>{code}</code>}
      </b>
      <ErrorText error={error} most={MAX_SHOWN} />
    </div>
  )
}

/** The failed checks at once, all of them on request. */
function Judged({ attestation }: { attestation: Attestation }): JSX.Element {
  const { verdict } = attestation
  const { checks } = verdict
  return (
    <>
      <VerdictSummary verdict={verdict} />
      <CheckList checks={checks.filter(({ ok }) => !ok)} />
      <details>
        <summary>{text(texts).checks(checks.length)}</summary>
        <VerdictList attestation={attestation} />
      </details>
    </>
  )
}

function KmsAnswer({ call }: { call: KmsCall }): JSX.Element {
  const { operation, status, message = '', trace } = call
  const isOk = status < 400
  return (
    <div class={isOk ? 'kms-answer' : 'refused'} data-status={status}>
      <b>
        {isOk ? '✓' : '✗'} {text(texts).kms(operation, status)}
      </b>
      {trace ? (
        <Decision trace={trace} />
      ) : (
        !isOk && (
          <p>
            <English>{cut(message)}</English>
          </p>
        )
      )}
    </div>
  )
}

const cut = (shown: string, most = MAX_SHOWN) => (shown.length > most ? `${shown.slice(0, most)}…` : shown)
