/** The parameters of the call that is being written. */
import { type Extension, StateEffect, StateField } from '@codemirror/state'
import {
  type EditorView,
  keymap,
  showTooltip,
  type Tooltip,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view'
import type { Signature } from '../language-answers.ts'
import { plain } from './about.ts'
import { type Asked, ask } from './ask.ts'

const show = StateEffect.define<Signature | undefined>()

const shown = StateField.define<Signature | undefined>({
  create: () => undefined,
  update(signature, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value
    return signature && transaction.docChanged
      ? { ...signature, from: transaction.changes.mapPos(signature.from) }
      : signature
  },
  provide: (field) => showTooltip.from(field, (signature) => (signature ? tooltip(signature) : null)),
})

function tooltip(signature: Signature): Tooltip {
  return { pos: signature.from, above: true, strictSide: true, create: () => ({ dom: render(signature) }) }
}

function render({ before, parameters, after, active, text }: Signature): HTMLElement {
  const element = document.createElement('div')
  element.className = 'cm-about cm-signature'
  const line = element.appendChild(document.createElement('pre'))
  line.className = 'cm-about-type'
  line.append(before)
  for (const [at, parameter] of parameters.entries()) {
    if (at > 0) line.append(', ')
    const part = line.appendChild(document.createElement(at === active ? 'strong' : 'span'))
    part.textContent = parameter
  }
  line.append(after)
  if (text) {
    const documentation = element.appendChild(document.createElement('div'))
    documentation.className = 'cm-about-text'
    documentation.textContent = plain(text)
  }
  return element
}

/** Shows the parameters after `(` and `,` until the call is left, or with Escape. */
export function signatures(asked: Asked): Extension {
  const refresh = async (view: EditorView) => {
    const { state } = view
    const position = state.selection.main.head
    const signature = await ask(asked, state, (language, path) => language.signature(path, position))
    if (view.state.doc !== state.doc || view.state.selection.main.head !== position) return
    if (signature || view.state.field(shown)) view.dispatch({ effects: show.of(signature) })
  }
  const plugin = ViewPlugin.define((view) => ({
    update(update: ViewUpdate) {
      const isOpen = update.state.field(shown) !== undefined
      const isMoved = update.docChanged || update.selectionSet
      if (isMoved && (isOpen || beginsArguments(update))) void refresh(view)
    },
  }))
  const close = (view: EditorView) => {
    const isOpen = view.state.field(shown) !== undefined
    if (isOpen) view.dispatch({ effects: show.of(undefined) })
    return isOpen
  }
  return [shown, plugin, keymap.of([{ key: 'Escape', run: close }])]
}

function beginsArguments({ transactions, state }: ViewUpdate): boolean {
  const { head } = state.selection.main
  return (
    transactions.some((each) => each.isUserEvent('input')) &&
    /[(,]$/.test(state.sliceDoc(Math.max(0, head - 1), head))
  )
}
