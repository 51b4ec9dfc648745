/** The console of an enclave in debug mode. */
import type { JSX } from 'preact'
import type { EnclaveView } from '../app/enclaves.ts'
import { enclave as texts } from '../i18n/enclave.ts'
import { text } from '../i18n/language.ts'
import { newestText } from '../parts/newest.ts'
import { Side } from '../parts/side.tsx'

export function ConsolePanel({ view }: { view: EnclaveView }): JSX.Element {
  const words = text(texts)
  if (view.description.launchMode !== 'debug')
    return (
      <Side of="enclave" title={words.console} level={4}>
        <p class="hint">{words.consoleClosed}</p>
      </Side>
    )
  const { lines, isCut } = newestText(view.console.value ?? '')
  const output = `${isCut ? `${words.earlier}\n` : ''}${lines.join('\n')}`
  return (
    <Side of="enclave" title={words.console} level={4}>
      <label class="field">
        <span>{words.newest}</span>
        <textarea readOnly rows={4} value={output || words.nothingYet} />
      </label>
    </Side>
  )
}
