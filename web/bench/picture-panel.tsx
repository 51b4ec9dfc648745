/** The picture of one of the enclaves. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { enclaves } from '../app/enclaves.ts'
import { text } from '../i18n/language.ts'
import { picture } from '../i18n/picture.ts'
import { Picture } from '../picture/picture.tsx'

export function PicturePanel(): JSX.Element | null {
  const words = text(picture)
  const chosen = useSignal<number | undefined>(undefined)
  const all = enclaves.value
  const view = all.find(({ number }) => number === chosen.value) ?? all[0]
  if (!view) return null
  return (
    <section class="picture-panel" aria-labelledby="picture-title">
      <h2 id="picture-title">{words.title}</h2>
      <p class="hint">{words.intro}</p>
      {all.length > 1 && (
        <label class="field">
          <span>{words.which}</span>
          <select
            value={view.number}
            onChange={(event) => {
              chosen.value = Number(event.currentTarget.value)
            }}
          >
            {all.map(({ number }) => (
              <option key={number} value={number}>
                {words.enclave(number)}
              </option>
            ))}
          </select>
        </label>
      )}
      <Picture key={view.number} view={view} />
    </section>
  )
}
