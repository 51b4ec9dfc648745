/** The memory of an enclave against its limit. */
import type { JSX } from 'preact'
import type { EnclaveView } from '../app/enclaves.ts'
import { enclave as texts } from '../i18n/enclave.ts'
import { text } from '../i18n/language.ts'

const MIB = 1048576

export function MemoryMeter({ view }: { view: EnclaveView }): JSX.Element {
  const words = text(texts)
  // Not known before the program runs.
  const used = view.memoryUsed.value ?? 0
  const limit = view.description.memoryMiB
  const shown = (used / MIB).toFixed(1)
  return (
    <p class="meter">
      <meter aria-label={words.memoryLabel} min={0} max={limit} value={used / MIB} high={limit * 0.9} />
      <span class="hint">{words.memory(shown, String(limit))}</span>
    </p>
  )
}
