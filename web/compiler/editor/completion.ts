/** Completions of TypeScript in the editor, with documentation, and with the imports that they need. */
import { type Completion, type CompletionSource, pickedCompletion } from '@codemirror/autocomplete'
import type { Text } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import type { Detail, Option } from '../language-answers.ts'
import { renderAbout } from './about.ts'
import { type Asked, ask } from './ask.ts'

/** Icons of CodeMirror for the kinds of TypeScript. */
const TYPES: Readonly<Record<string, string>> = {
  alias: 'variable',
  class: 'class',
  const: 'constant',
  enum: 'enum',
  'enum member': 'constant',
  function: 'function',
  getter: 'property',
  interface: 'interface',
  keyword: 'keyword',
  let: 'variable',
  'local function': 'function',
  'local var': 'variable',
  method: 'method',
  module: 'namespace',
  parameter: 'variable',
  property: 'property',
  setter: 'property',
  string: 'text',
  type: 'type',
  'type parameter': 'type',
  var: 'variable',
}
const WORD = /[\w$]*$/
/** After these characters TypeScript has something to offer before a word begins. */
const STARTS = /[.'"/@#]$/
/** TypeScript's order begins with 11 for what is near; from 15 on it is global, or has to be imported. */
const IS_FAR = /^1[5-9]/
const FAR = -20

/** A source for CodeMirror's `autocompletion`. */
export function completionSource(asked: Asked): CompletionSource {
  return async (context) => {
    const { pos, state } = context
    const word = context.matchBefore(WORD)
    const before = state.sliceDoc(Math.max(0, pos - 1), pos)
    if (!context.explicit && word?.from === pos && !STARTS.test(before)) return null
    const found = await ask(asked, state, (language, path) => language.complete(path, pos))
    if (!found || context.aborted) return null
    const toCompletion = (option: Option): Completion => {
      let detail: Promise<Detail | undefined> | undefined
      const detailed = () => {
        // Not with the text of `state`, which may be old by now.
        detail ??= asked.language.detail(asked.path, pos, option).catch(() => undefined)
        return detail
      }
      return {
        label: option.name,
        sortText: option.sort + option.name,
        type: TYPES[option.kind] ?? 'text',
        ...(option.source !== undefined && { detail: option.source }),
        ...(IS_FAR.test(option.sort) && { boost: FAR }),
        info: async () => {
          const about = await detailed()
          return about ? renderAbout(about) : null
        },
        apply: (view, completion, from, to) => {
          const start = option.from ?? from
          const needed = option.source === undefined ? undefined : detailed()
          insert(view, completion, { from: start, to, insert: option.insert ?? option.name })
          if (needed) void addImport(view, state.doc, needed)
        },
      }
    }
    return { from: found.from, options: found.options.map(toCompletion), validFor: /^[\w$]*$/ }
  }
}

function insert(
  view: EditorView,
  completion: Completion,
  change: { from: number; to: number; insert: string },
): void {
  view.dispatch({
    changes: change,
    selection: { anchor: change.from + change.insert.length },
    annotations: pickedCompletion.of(completion),
    userEvent: 'input.complete',
    scrollIntoView: true,
  })
}

/** Adds the import that a completion needs; its place is one in the text `before` the completion. */
async function addImport(view: EditorView, before: Text, detail: Promise<Detail | undefined>): Promise<void> {
  const edits = (await detail)?.edits ?? []
  // Imports are above what is being written: only if that has stayed the same, the places are still right.
  const end = Math.max(...edits.map(({ to }) => to))
  if (
    edits.length === 0 ||
    view.state.doc.length < end ||
    !view.state.doc.slice(0, end).eq(before.slice(0, end))
  )
    return
  view.dispatch({ changes: edits.map((edit) => ({ ...edit })), userEvent: 'input.complete' })
}
