/** Talking with an enclave: lines of text, bytes, or calls of its service. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { EnclaveView } from '../app/enclaves.ts'
import type { Talk } from '../examples/examples.ts'
import { PORT } from '../examples/usual.ts'
import { enclave as texts } from '../i18n/enclave.ts'
import { text } from '../i18n/language.ts'
import { attempt, Problem } from '../parts/problem.tsx'
import { Side } from '../parts/side.tsx'
import { Conversation, type Entry, type Form } from './conversation.ts'

const FORMS: readonly Form[] = ['lines', 'hex', 'service']

export function TalkPanel({ view, talk }: { view: EnclaveView; talk: Talk }): JSX.Element {
  const words = text(texts)
  const form = useSignal<Form>(talk.kind)
  const port = useSignal<number>(PORT)
  const line = useSignal(talk.kind === 'lines' ? talk.line : '')
  const method = useSignal(talk.kind === 'service' ? talk.method : '')
  const request = useSignal(talk.kind === 'service' ? JSON.stringify(talk.request) : '{}')
  const sending = useMemo(attempt, [])
  const conversation = useMemo(() => new Conversation(view, sending.error), [])
  useEffect(() => () => conversation.close(), [])
  const isOver = view.state.value === 'ended'
  const send = (event: Event) => {
    event.preventDefault()
    const given = form.value === 'service' ? request.value : line.value
    void sending.run(() => conversation.send(form.value, port.value, given, method.value))
  }
  return (
    <Side of="parent" title={words.talk} level={4}>
      <form class="row" onSubmit={send}>
        <label class="field port">
          <span>{words.port}</span>
          <input
            type="number"
            min={0}
            max={4294967294}
            required
            disabled={isOver}
            value={port.value}
            onInput={(event) => {
              port.value = event.currentTarget.valueAsNumber
            }}
          />
        </label>
        <label class="field">
          <span>{words.form}</span>
          <select
            disabled={isOver}
            value={form.value}
            onChange={(event) => {
              form.value = event.currentTarget.value as Form
            }}
          >
            {FORMS.map((one) => (
              <option key={one} value={one}>
                {words.forms[one]}
              </option>
            ))}
          </select>
        </label>
        {form.value === 'service' && <TextField name={words.method} value={method} isOff={isOver} />}
        {form.value === 'service' ? (
          <TextField name={words.request} value={request} isOff={isOver} wide />
        ) : (
          <TextField
            name={form.value === 'hex' ? words.hexBytes : words.line}
            value={line}
            isOff={isOver}
            wide
          />
        )}
        <button type="submit" disabled={isOver}>
          {words.send}
        </button>
      </form>
      {form.value === 'service' && <p class="hint">{words.requestHint}</p>}
      <Log entries={conversation.entries.value} />
      <Problem error={sending.error.value} />
    </Side>
  )
}

function TextField({
  name,
  value,
  isOff,
  wide = false,
}: {
  name: string
  value: { value: string }
  isOff: boolean
  wide?: boolean
}): JSX.Element {
  return (
    <label class={wide ? 'field grow' : 'field'}>
      <span>{name}</span>
      <input
        type="text"
        required
        maxLength={65536}
        autocomplete="off"
        spellcheck={false}
        disabled={isOff}
        value={value.value}
        onInput={(event) => {
          value.value = event.currentTarget.value
        }}
      />
    </label>
  )
}

function Log({ entries }: { entries: readonly Entry[] }): JSX.Element {
  const words = text(texts)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight
  }, [entries])
  const who = { sent: words.sent, answered: words.answered, note: '·' }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable with the keyboard
    <div ref={list} class="log" role="log" aria-label={words.messages} tabIndex={0}>
      <ol>
        {entries.map(({ key, kind, shown }) => (
          <li key={key} class={kind}>
            <b>{who[kind]}</b>{' '}
            <bdi>{kind === 'note' ? words[shown as 'closed'] : shown || words.emptyLine}</bdi>
          </li>
        ))}
      </ol>
    </div>
  )
}
