/**
 * Typing over a selection of several lines, done by CodeMirror. If the browser did it, Chromium would keep the look of the
 * first line with a `style` attribute, which the page's policy does not allow.
 */
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'

export const typeOverLines: Extension = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType } = event
    const { state } = view
    const { from, to } = state.selection.main
    // What an input method composes must stay the browser's.
    if (inputType !== 'insertText' || data === null || view.composing) return false
    if (state.doc.lineAt(from).to >= to) return false
    event.preventDefault()
    const insert = () =>
      state.update(state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true })
    // For example those that close brackets.
    const isHandled = state
      .facet(EditorView.inputHandler)
      .some((handle) => handle(view, from, to, data, insert))
    if (!isHandled) view.dispatch(insert())
    return true
  },
})
