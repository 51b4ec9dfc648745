/** Errors in the editor: those of TypeScript, and those of a build. */
import { type Diagnostic, forEachDiagnostic, linter } from '@codemirror/lint'
import type { EditorState, Extension, Text } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import type { Place, Problem, Warning } from '../problem.ts'
import { type Asked, ask } from './ask.ts'

/** Milliseconds after the last key press: errors in what is not yet written out would flicker. */
const DELAY = 500

/** Shows what TypeScript finds. `more` are other findings for the same text, such as those of `findingsOfBuild`. */
export function findings(asked: Asked, more: (doc: Text) => readonly Diagnostic[] = () => []): Extension {
  return linter(
    async ({ state }: EditorView) => {
      const found = await ask(asked, state, (language, path) => language.findings(path))
      // Without an answer the old ones stay until the next.
      if (!found) return diagnosticsIn(state)
      const all = found.map(({ text, code, ...rest }) => ({ ...rest, message: text, source: code }))
      return [...all, ...more(state.doc)]
    },
    { delay: DELAY },
  )
}

/** What is shown, where its text is now. */
function diagnosticsIn(state: EditorState): Diagnostic[] {
  const shown: Diagnostic[] = []
  forEachDiagnostic(state, (diagnostic, from, to) => shown.push({ ...diagnostic, from, to }))
  return shown
}

/** The findings of a build in the file at `path`, which is `doc` in the editor. */
export function findingsOfBuild(
  doc: Text,
  path: string,
  problem: Problem | undefined,
  warnings: readonly Warning[] = [],
): Diagnostic[] {
  const all = [
    ...(problem ? [{ text: textOf(problem), place: problem.place, severity: 'error' as const }] : []),
    ...warnings.map(({ text, place }) => ({ text, place, severity: 'warning' as const })),
  ]
  return all.flatMap(({ text, place, severity }) => {
    if (place?.file !== path || place.line > doc.lines) return []
    return [{ ...rangeOf(doc, place), severity, message: text, source: 'build' }]
  })
}

function textOf({ what, expected, got, hint }: Problem): string {
  const parts = [
    what.replace(/^[^:\n]+:\d+: /, ''),
    expected && `expected ${expected}`,
    got && `got ${got}`,
    hint,
  ]
  return parts.filter(Boolean).join('; ')
}

/** At least one character, so that there is something to see. */
function rangeOf(doc: Text, { line, column, length = 0 }: Place): { from: number; to: number } {
  const { from: start, to: end } = doc.line(line)
  if (column === undefined) return { from: start, to: end }
  const from = Math.min(start + column, end)
  const to = Math.min(from + length, end)
  return to > from ? { from, to } : { from: Math.max(start, from - 1), to: from }
}
