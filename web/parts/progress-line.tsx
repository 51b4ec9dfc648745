/** How far something is loaded. */
import type { JSX } from 'preact'
import type { Progress } from '../compiler/progress.ts'
import { text } from '../i18n/language.ts'
import { shell } from '../i18n/shell.ts'

export function ProgressLine({ progress }: { progress: Progress | undefined }): JSX.Element | null {
  if (!progress || progress.total === 0) return null
  const label = text(shell).loading
  return (
    <p class="meter">
      <span class="hint">{label}</span>
      <progress aria-label={label} max={progress.total} value={progress.loaded} />
    </p>
  )
}
