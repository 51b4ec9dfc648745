/** Where a file is chosen, or dropped. The browser's own control speaks the browser's language, and cuts names. */
import type { JSX } from 'preact'
import { text } from '../i18n/language.ts'
import { shell } from '../i18n/shell.ts'

export function FilePicker({
  label,
  accept,
  name,
  onFile,
}: {
  label: string
  accept?: string
  /** Of the chosen file. */
  name: string | undefined
  onFile: (file: File) => void
}): JSX.Element {
  const words = text(shell)
  const pick = (input: HTMLInputElement) => {
    const file = input.files?.[0]
    // The same file may have changed when it is chosen again.
    input.value = ''
    if (file) onFile(file)
  }
  return (
    <label class="field grow file">
      <span>{label}</span>
      <input
        type="file"
        class="hidden-text"
        accept={accept}
        onChange={(event) => pick(event.currentTarget)}
      />
      <span class="file-box">
        <span class="file-button">{words.chooseFile}</span>
        <span class="file-name">{name ?? words.orDrop}</span>
      </span>
    </label>
  )
}
