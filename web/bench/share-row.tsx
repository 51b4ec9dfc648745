/** Sharing the program: as a link, or as a file. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { linkTo } from '../app/route.ts'
import { bench } from '../i18n/bench.ts'
import { text } from '../i18n/language.ts'
import { shell } from '../i18n/shell.ts'
import { downloadBlob } from '../parts/download.ts'
import { Press } from '../parts/press.tsx'
import { copyLink } from '../share/copy-link.ts'
import { writeLink } from '../share/link.ts'
import { writeShared } from '../share/shared.ts'
import { rememberLink, sharedNow } from './sharing.ts'

export function ShareRow(): JSX.Element | null {
  const words = text(bench)
  const note = useSignal('')
  const shared = sharedNow()
  if (!shared) return null
  const copy = async () => {
    const data = await writeLink(shared)
    if (data === undefined) {
      note.value = words.linkTooLong
      return
    }
    rememberLink(data)
    const isCopied = await copyLink(linkTo('bench', data))
    note.value = isCopied ? words.linkCopied : text(shell).linkInAddress
  }
  const save = () =>
    downloadBlob(
      `${shared.example}.webclave.json`,
      new Blob([writeShared(shared)], { type: 'application/json' }),
    )
  return (
    <>
      <Press action={copy}>{words.share}</Press>
      <Press action={save}>{words.save}</Press>
      <span role="status" class="hint">
        {note.value}
      </span>
    </>
  )
}
