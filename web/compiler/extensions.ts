/**
 * Extensions of CodeMirror for an editor of one file, by the language service. The styles of CodeMirror need an editor in a
 * shadow root (`createEditor`), because the page's policy allows no `<style>` elements.
 */
import { autocompletion } from '@codemirror/autocomplete'
import { type Diagnostic, lintGutter, lintKeymap } from '@codemirror/lint'
import type { Extension, Text } from '@codemirror/state'
import { EditorView, type EditorViewConfig, keymap } from '@codemirror/view'
import type { Asked } from './editor/ask.ts'
import { completionSource } from './editor/completion.ts'
import { findings } from './editor/findings.ts'
import { descriptions } from './editor/hover.ts'
import { signatures } from './editor/signature.ts'
import { typeOverLines } from './editor/typing.ts'
import type { LanguageService } from './open-language.ts'

export { completionSource } from './editor/completion.ts'
export { findings, findingsOfBuild } from './editor/findings.ts'
export { descriptions } from './editor/hover.ts'
export { signatures } from './editor/signature.ts'

/**
 * Everything for the file at `path`: completions, errors, descriptions and parameters. `more` gives other findings for the
 * text, for example those of the last build; call `forceLinting` when they change.
 */
export function languageTools(
  language: LanguageService,
  path: string,
  more?: (doc: Text) => readonly Diagnostic[],
): Extension {
  const asked: Asked = { language, path }
  return [
    autocompletion({ override: [completionSource(asked)], icons: true }),
    descriptions(asked),
    signatures(asked),
    findings(asked, more),
    lintGutter(),
    keymap.of(lintKeymap),
    STYLE,
  ]
}

/** In place of CodeMirror's images, which are `data:` URLs that the page's policy does not allow. */
const wavy = (color: string) => ({
  backgroundImage: 'none',
  textDecoration: `underline wavy ${color}`,
  textUnderlineOffset: '2px',
})
const sign = (text: string, color: string) => ({ content: `"${text}"`, color, fontWeight: 'bold' })
/** The page's own colours, if it sets these. */
const ERROR = 'var(--editor-error, #c62828)'
const WARNING = 'var(--editor-warning, #a15c00)'
const NOTE = 'var(--editor-note, #5a6472)'

const STYLE = EditorView.theme({
  '.cm-about': { maxWidth: '40rem', maxHeight: '16rem', overflow: 'auto', padding: '0.4rem 0.6rem' },
  '.cm-about-type': { margin: 0, whiteSpace: 'pre-wrap', fontFamily: 'monospace' },
  '.cm-about-text': { marginTop: '0.4rem', whiteSpace: 'pre-wrap' },
  '.cm-lintRange-error': wavy(ERROR),
  '.cm-lintRange-warning': wavy(WARNING),
  '.cm-lintRange-info': wavy(NOTE),
  '.cm-lintRange-hint': wavy(NOTE),
  '.cm-lint-marker-error': sign('×', ERROR),
  '.cm-lint-marker-warning': sign('!', WARNING),
  '.cm-lint-marker-info': sign('i', NOTE),
})

/** An editor in a shadow root of `parent`. Custom properties of CSS are inherited into it, other styles are not. */
export function createEditor(
  parent: HTMLElement,
  config: Omit<EditorViewConfig, 'parent' | 'root'>,
): EditorView {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' })
  const extensions = [config.extensions ?? [], typeOverLines]
  return new EditorView({ ...config, extensions, parent: root, root })
}
