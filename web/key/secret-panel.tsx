/** A secret: encrypted and tried to be opened on this side, and opened inside of an enclave. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { toHex } from '../../src/base/bytes.ts'
import { enclaves } from '../app/enclaves.ts'
import { missingNow } from '../app/isolation.ts'
import { key as texts } from '../i18n/key.ts'
import { text } from '../i18n/language.ts'
import { Hex } from '../parts/hex.tsx'
import { MissingPanel } from '../parts/missing-panel.tsx'
import { Press } from '../parts/press.tsx'
import { attempt, Problem } from '../parts/problem.tsx'
import { Side } from '../parts/side.tsx'
import { ciphertext, encrypt, openInside, openOutside, startSecret } from './state.ts'

export function SecretPanel(): JSX.Element {
  const words = text(texts)
  const secret = useSignal(words.sample)
  const { error, result, run } = useOutcome()
  const bytes = ciphertext.value
  const encryptIt = async () => {
    await encrypt(secret.value)
    return ''
  }
  const outside = async () => {
    const opened = await openOutside()
    return opened === undefined ? words.denied : words.outside(opened)
  }
  return (
    <Side of="parent" title={words.secret}>
      <div class="row">
        <label class="field grow">
          <span>{words.plaintext}</span>
          <input
            type="text"
            maxLength={1024}
            value={secret.value}
            onInput={(event) => {
              secret.value = event.currentTarget.value
            }}
          />
        </label>
        <Press disabled={secret.value === ''} action={run(encryptIt)}>
          {words.encrypt}
        </Press>
        <Press disabled={!bytes} action={run(outside)}>
          {words.openOutside}
        </Press>
      </div>
      {bytes && (
        <details>
          <summary>{words.ciphertext(bytes.byteLength)}</summary>
          <p class="payload">
            <Hex digits={toHex(bytes)} />
          </p>
        </details>
      )}
      <p role="status" class="result">
        {result}
      </p>
      <Problem error={error} />
    </Side>
  )
}

export function OpenPanel(): JSX.Element {
  const words = text(texts)
  const { error, result, run } = useOutcome()
  const which = useSignal(-1)
  const running = enclaves.value.filter(
    ({ image, state }) => image.name === 'secret.eif' && state.value === 'running',
  )
  const view = running.find(({ number }) => number === which.value) ?? running[0]
  const start = (isTampered: boolean) => async () => {
    which.value = (await startSecret(isTampered)).number
    return ''
  }
  const inside = async () => {
    const { length, sha256 } = await openInside(view!)
    return words.inside(length, sha256)
  }
  if (missingNow.value && missingNow.value.length > 0) return <MissingPanel missing={missingNow.value} />
  return (
    <Side of="enclave" title={words.enclave}>
      <div class="row">
        <Press action={run(start(false))}>{words.start}</Press>
        <Press action={run(start(true))}>{words.startTampered}</Press>
      </div>
      {view ? (
        <label class="field">
          <span>{words.which}</span>
          <select
            value={view.number}
            onChange={(event) => {
              which.value = Number(event.currentTarget.value)
            }}
          >
            {running.map(({ number, changedByte }) => (
              <option key={number} value={number}>
                {words.enclaveName(number, changedByte !== undefined)}
              </option>
            ))}
          </select>
        </label>
      ) : (
        <p class="hint">{words.none}</p>
      )}
      <div class="row">
        <Press class="main" disabled={!ciphertext.value || !view} action={run(inside)}>
          {words.openInside}
        </Press>
      </div>
      <p role="status" class="result">
        {result}
      </p>
      <Problem error={error} />
    </Side>
  )
}

interface Outcome {
  readonly error: unknown
  /** What the last action said. */
  readonly result: string
  /** A handler that runs `action`, and keeps what it says or throws. */
  run(action: () => Promise<string>): () => Promise<void>
}

function useOutcome(): Outcome {
  const acting = useMemo(attempt, [])
  const result = useSignal('')
  const run = (action: () => Promise<string>) => () =>
    acting.run(async () => {
      result.value = ''
      result.value = await action()
    })
  return { error: acting.error.value, result: result.value, run }
}
