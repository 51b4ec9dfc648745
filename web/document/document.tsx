/** Explains an attestation document: its bytes, its structure and meaning, its certificates, and the verdict. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { missingNow } from '../app/isolation.ts'
import { document as texts } from '../i18n/document.ts'
import { number, text } from '../i18n/language.ts'
import { acceptDrops } from '../parts/drop.ts'
import { FilePicker } from '../parts/file-picker.tsx'
import { Heading } from '../parts/heading.tsx'
import { Press } from '../parts/press.tsx'
import { attempt, Problem } from '../parts/problem.tsx'
import { ChainPane } from './chain-pane.tsx'
import { HexPane } from './hex-pane.tsx'
import { JudgePane } from './judge-pane.tsx'
import { mark, nodeOf } from './linked.ts'
import { sampleDocument } from './sample.ts'
import { type Explained, error, explained, explainFile, explainText, judging } from './state.ts'
import { TreePane } from './tree-pane.tsx'

export function DocumentView(_: { rest: string }): JSX.Element {
  const words = text(texts)
  useEffect(() => acceptDrops((file) => void explainFile(file)), [])
  const document = explained.value
  return (
    <div class="document-view">
      <Heading>{words.title}</Heading>
      <p class="intro">{words.intro}</p>
      <Input />
      <Problem error={error.value} />
      {document ? <Panes document={document} /> : <p class="hint">{words.nothing}</p>}
    </div>
  )
}

function Input(): JSX.Element {
  const words = text(texts)
  const pasted = useSignal('')
  const sampling = useMemo(attempt, [])
  const sample = () =>
    sampling.run(async () => {
      const { document, nonce } = await sampleDocument()
      judging.root.value = 'page'
      judging.nonce.value = nonce
      judging.pcr0.value = ''
      judging.at.value = ''
      await explainText(document)
    })
  return (
    <section class="side side-parent" aria-label={words.input}>
      <label class="field">
        <span>{words.paste}</span>
        <textarea
          rows={3}
          spellcheck={false}
          maxLength={1_048_576}
          value={pasted.value}
          onInput={(event) => {
            pasted.value = event.currentTarget.value
          }}
        />
        <span class="hint">{words.pasteHint}</span>
      </label>
      <div class="row">
        <Press class="main" disabled={pasted.value.trim() === ''} action={() => explainText(pasted.value)}>
          {words.explain}
        </Press>
        {missingNow.value?.length === 0 && <Press action={sample}>{words.sample}</Press>}
        <FilePicker label={words.file} name={undefined} onFile={(file) => void explainFile(file)} />
      </div>
      <Problem error={sampling.error.value} />
    </section>
  )
}

function Panes({ document }: { document: Explained }): JSX.Element {
  const words = text(texts)
  const place = useRef<HTMLDivElement>(null)
  // Pointing marks; with the keyboard, the tree's buttons do it.
  useEffect(() => {
    const panes = place.current!
    const follow = (event: Event) => mark(panes, nodeOf(event))
    const events = ['mouseover', 'focusin', 'click']
    for (const name of events) panes.addEventListener(name, follow)
    return () => {
      for (const name of events) panes.removeEventListener(name, follow)
    }
  }, [])
  return (
    <>
      <p role="status">{words.size(number(document.bytes.byteLength), document.profile)}</p>
      <div class="panes" ref={place}>
        <HexPane {...document} />
        <TreePane root={document.root} />
      </div>
      <div class="panes">
        <ChainPane {...document} />
        <JudgePane />
      </div>
    </>
  )
}
