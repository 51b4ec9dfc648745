/** The editor of one file: CodeMirror with the tools of TypeScript, once they are loaded. */
import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { forceLinting } from '@codemirror/lint'
import { Compartment, type Text } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { createEditor, findingsOfBuild, languageTools } from '../compiler/extensions.ts'
import type { LanguageService } from '../compiler/open-language.ts'
import type { Problem, Warning } from '../compiler/problem.ts'

export interface CodeEditorProps {
  /** What a screen reader calls it. */
  readonly label: string
  /** How it is left with the keyboard. */
  readonly keys: string
  readonly path: string
  readonly text: string
  /** Changes when the text was changed elsewhere than in the editor, whose own changes come back later than the next key. */
  readonly revision: number
  readonly onChange: (text: string) => void
  readonly language: LanguageService | undefined
  /** What the last build complained of. */
  readonly problem: Problem | undefined
  readonly warnings: readonly Warning[]
}

/** Colours by the page's own custom properties, which reach into the shadow root. */
const HIGHLIGHT = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--parent)', fontWeight: '600' },
  { tag: [tags.string, tags.regexp], color: 'var(--good)' },
  { tag: tags.comment, color: 'var(--soft)', fontStyle: 'italic' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--enclave)' },
  { tag: [tags.typeName, tags.className], color: 'var(--enclave)' },
  { tag: [tags.definition(tags.variableName), tags.propertyName], color: 'var(--ink)' },
])

const THEME = EditorView.theme({
  '&': {
    height: 'var(--editor-height)',
    border: '1px solid var(--line)',
    borderRadius: 'var(--round)',
    background: 'var(--sunken)',
    color: 'var(--ink)',
    fontSize: 'var(--text-0)',
  },
  '&.cm-focused, &:focus-within': { outline: '3px solid var(--ink)', outlineOffset: '2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { background: 'var(--sunken)', color: 'var(--soft)', border: '0' },
  '.cm-activeLine': { background: 'color-mix(in oklab, var(--parent-wash) 60%, transparent)' },
  '.cm-tooltip, .cm-panel': {
    background: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--parent)', color: 'var(--ground)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    background: 'color-mix(in oklab, var(--parent) 30%, transparent) !important',
  },
})

export default function CodeEditor(props: CodeEditorProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const latest = useRef(props)
  latest.current = props
  const tools = useRef(new Compartment())
  useEffect(() => {
    const { label, keys, text } = latest.current
    const editor = createEditor(place.current!, {
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightSpecialChars(),
        highlightActiveLine(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        javascript({ typescript: true }),
        syntaxHighlighting(HIGHLIGHT),
        THEME,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          'aria-label': label,
          'aria-description': keys,
          spellcheck: 'false',
          tabindex: '0',
        }),
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...completionKeymap,
          indentWithTab,
        ]),
        tools.current.of([]),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) latest.current.onChange(state.doc.toString())
        }),
      ],
    })
    view.current = editor
    return () => editor.destroy()
  }, [])
  useEffect(() => {
    const editor = view.current
    const { text } = latest.current
    if (!editor || editor.state.doc.toString() === text) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } })
  }, [props.revision])
  useEffect(() => {
    const { language, path } = props
    const ofBuild = (doc: Text) => findingsOfBuild(doc, path, latest.current.problem, latest.current.warnings)
    const extension = language ? languageTools(language, path, ofBuild) : []
    view.current?.dispatch({ effects: tools.current.reconfigure(extension) })
  }, [props.language])
  useEffect(() => {
    if (view.current) forceLinting(view.current)
  }, [props.problem, props.warnings])
  return <div class="editor" ref={place} />
}
