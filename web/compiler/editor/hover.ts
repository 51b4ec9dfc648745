/** What is under the pointer, or at the cursor: its type and documentation. */
import type { Extension } from '@codemirror/state'
import {
  activateHover,
  closeHoverTooltip,
  EditorView,
  hoverTooltip,
  keymap,
  type Tooltip,
} from '@codemirror/view'
import type { Description } from '../language-answers.ts'
import { plain, renderAbout } from './about.ts'
import { type Asked, ask } from './ask.ts'

/** Describes what the pointer is over. With F1 or Ctrl-i, what the cursor is at; Escape closes it. */
export function descriptions(asked: Asked): Extension {
  /** What the tooltip is opened with by key: CodeMirror drops one that it has to wait for if anything happens meanwhile. */
  let atCursor: Description | undefined
  const hover = hoverTooltip(
    (view, position) => (atCursor ? tooltip(atCursor) : describeAt(asked, view, position).then(optional)),
    { hideOnChange: true },
  )
  const describe = async (view: EditorView) => {
    const { selection } = view.state
    const about = await describeAt(asked, view, selection.main.head)
    if (!about || !view.state.selection.eq(selection)) return
    atCursor = about
    try {
      const until = ({ docChanged, selection }: { docChanged: boolean; selection?: unknown }) =>
        docChanged || selection !== undefined
      activateHover(view, about.from, 1, { tooltip: hover, until })
    } finally {
      atCursor = undefined
    }
    // A screen reader does not see the tooltip.
    view.dispatch({ effects: EditorView.announce.of(plain(`${about.type}\n${about.text}`)) })
  }
  const open = (view: EditorView) => {
    void describe(view)
    return true
  }
  const close = (view: EditorView) => {
    const isOpen = view.state.field(hover.active).length > 0
    if (isOpen) view.dispatch({ effects: closeHoverTooltip(hover) })
    return isOpen
  }
  return [
    hover,
    keymap.of([
      { key: 'F1', run: open, preventDefault: true },
      { key: 'Mod-i', run: open, preventDefault: true },
      { key: 'Escape', run: close },
    ]),
  ]
}

/** What is at `position`; undefined if the text changes meanwhile. */
async function describeAt(
  asked: Asked,
  view: EditorView,
  position: number,
): Promise<Description | undefined> {
  const { state } = view
  const about = await ask(asked, state, (language, path) => language.describe(path, position))
  return view.state.doc === state.doc ? about : undefined
}

const optional = (about: Description | undefined) => (about ? tooltip(about) : null)

function tooltip(about: Description): Tooltip {
  return { pos: about.from, end: about.to, above: true, create: () => ({ dom: renderAbout(about) }) }
}
