/** The PCRs with which an enclave started. */
import type { JSX } from 'preact'
import { pcrHex, pcrsToHex } from '../../src/base/pcrs.ts'
import type { EnclaveView } from '../app/enclaves.ts'
import { enclave as texts } from '../i18n/enclave.ts'
import { text } from '../i18n/language.ts'
import { Hex } from '../parts/hex.tsx'
import { Side } from '../parts/side.tsx'

export function MeasurementsPanel({ view }: { view: EnclaveView }): JSX.Element {
  const words = text(texts)
  const { pcrs, launchMode } = view.description
  const isSame = pcrHex(pcrs, 0) === view.image.pcr0Of(view.profile)
  const verdict = isSame ? words.same : launchMode === 'debug' ? words.zero : words.different
  return (
    <Side of="enclave" title={words.measurements} level={4}>
      <p class="comparison" data-same={isSame}>
        {verdict}
      </p>
      <dl class="facts pcrs">
        {Object.entries(pcrsToHex(pcrs)).map(([name, value]) => (
          <div key={name} data-pcr={name}>
            <dt>
              {name} <small>{words.meanings[name] ?? words.notUsed}</small>
            </dt>
            <dd>{/^0+$/.test(value) ? words.pcrZero : <Hex digits={value} />}</dd>
          </div>
        ))}
      </dl>
    </Side>
  )
}
