/** Asking an enclave for its attestation document, and the verdict. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { EnclaveView } from '../app/enclaves.ts'
import type { Talk } from '../examples/examples.ts'
import { PORT } from '../examples/usual.ts'
import { enclave as texts } from '../i18n/enclave.ts'
import { text } from '../i18n/language.ts'
import { Press } from '../parts/press.tsx'
import { attempt, Problem } from '../parts/problem.tsx'
import { Side } from '../parts/side.tsx'
import { type Attestation, attest } from './attest.ts'
import { VerdictList } from './verdict-list.tsx'

export function AttestPanel({ view, talk }: { view: EnclaveView; talk: Talk }): JSX.Element {
  const words = text(texts)
  const asking = useMemo(attempt, [])
  const result = useSignal<Attestation | undefined>(undefined)
  const ask = () =>
    asking.run(async () => {
      result.value = undefined
      result.value = await attest(view, PORT, talk.kind)
    })
  return (
    <Side of="parent" title={words.attest} level={4}>
      <p class="hint">{words.attestHint}</p>
      <div class="row">
        <Press action={ask} disabled={view.state.value === 'ended'}>
          {words.attestButton}
        </Press>
      </div>
      <Problem error={asking.error.value} />
      <div aria-live="polite">{result.value && <VerdictList attestation={result.value} />}</div>
    </Side>
  )
}
