/** The program: an example, a file, and its source. */
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { EXAMPLES, type ExampleName } from '../examples/examples.ts'
import { bench } from '../i18n/bench.ts'
import { examples } from '../i18n/examples.ts'
import { text } from '../i18n/language.ts'
import { acceptDrops } from '../parts/drop.ts'
import { FilePicker } from '../parts/file-picker.tsx'
import { Problem } from '../parts/problem.tsx'
import { Side } from '../parts/side.tsx'
import { EditorPanel } from './editor-panel.tsx'
import { openExample, openFile } from './sharing.ts'
import { built, program } from './state.ts'

const OWN = 'file'

export function ProgramPanel(): JSX.Element {
  const words = text(bench)
  const chosen = program.value
  useEffect(() => acceptDrops((file) => void openFile(file)), [])
  const choose = (name: string) => {
    if (name !== OWN) void openExample(name as ExampleName)
  }
  const titles = text(examples)
  return (
    <Side of="parent" title={words.guest} id="image">
      <div class="row">
        <label class="field">
          <span>{words.example}</span>
          <select
            value={chosen.kind === 'example' ? chosen.name : OWN}
            onChange={(event) => choose(event.currentTarget.value)}
          >
            {EXAMPLES.map(({ name }) => (
              <option key={name} value={name}>
                {titles[name].title}
              </option>
            ))}
            {chosen.kind === 'file' && <option value={OWN}>{words.ownFile}</option>}
          </select>
        </label>
        <FilePicker
          label={words.file}
          accept=".eif,.wasm,.json"
          name={chosen.kind === 'file' ? chosen.file.name : undefined}
          onFile={(file) => void openFile(file)}
        />
      </div>
      <p class="hint">
        {chosen.kind === 'example' && titles[chosen.name].about} {words.fileHint}
      </p>
      {chosen.kind === 'example' && <EditorPanel name={chosen.name} />}
      {built.value.state === 'failed' && <Problem error={built.value.error} />}
    </Side>
  )
}
