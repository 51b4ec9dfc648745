/** The source of an example, in an editor that is loaded after everything else. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { PageLanguage } from '../compiler/open-language.ts'
import { LazyEditor } from '../editor/lazy-editor.tsx'
import { compilerProgress, languageProgress, openLanguage } from '../editor/tools.ts'
import type { ExampleName } from '../examples/examples.ts'
import { loadProgram } from '../examples/load.ts'
import type { BuiltProgram } from '../examples/programs.ts'
import { bench } from '../i18n/bench.ts'
import { text } from '../i18n/language.ts'
import { Press } from '../parts/press.tsx'
import { ProgressLine } from '../parts/progress-line.tsx'
import { chooseFresh, editSource, findings } from './editing.ts'
import { ShareRow } from './share-row.tsx'
import { program, revision } from './state.ts'

export function EditorPanel({ name }: { name: ExampleName }): JSX.Element {
  const words = text(bench)
  const example = useSignal<BuiltProgram | undefined>(undefined)
  const language = useSignal<PageLanguage | undefined>(undefined)
  useEffect(() => {
    let isCurrent = true
    const take = (loaded: BuiltProgram) => {
      if (isCurrent) example.value = loaded
    }
    // An error is shown below, because the program has no image either.
    void loadProgram(name).then(take, () => {})
    return () => {
      isCurrent = false
    }
  }, [name])
  const loaded = example.value?.name === name ? example.value : undefined
  if (!loaded) return <div class="editor-box" />
  const chosen = program.value
  const own = loaded.files[loaded.entry]!
  const source = (chosen.kind === 'example' && chosen.source) || own
  const begin = async () => {
    const service = await openLanguage()
    service.setFiles({ [loaded.entry]: source })
    language.value = service
  }
  return (
    <>
      <LazyEditor
        key={name}
        label={words.source}
        keys={words.editorKeys}
        hint={words.editorLoading}
        path={loaded.entry}
        text={source}
        revision={revision.value}
        language={language.value}
        problem={findings.value.problem}
        warnings={findings.value.warnings}
        onReady={begin}
        onChange={(changed) => editSource(name, changed)}
      />
      <div class="editor-foot">
        <ProgressLine progress={compilerProgress.value ?? languageProgress.value} />
        <p class="hint">{words.editorKeys}</p>
      </div>
      <div class="row">
        {source !== own && <Press action={() => chooseFresh(name)}>{words.reset}</Press>}
        <ShareRow />
      </div>
    </>
  )
}
