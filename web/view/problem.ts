/** Shows an error: its code, what happened, what was expected and what to do. */
import { showError } from '../host/errors.ts'
import { element, fact } from './dom.ts'

/** Shows `error` in `place`; screen readers announce it at once. */
export function showProblem(place: HTMLElement, error: unknown): void {
  const { code, what, expected, got, hint } = showError(error)
  const facts = [
    ...(expected ? [fact('Expected', expected)] : []),
    ...(got ? [fact('Got', got)] : []),
    ...(hint ? [fact('Hint', hint)] : []),
  ]
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}.`
  const box = element('div', 'problem', element('b', '', `✗ ${code ?? 'Error'}`), element('p', '', sentence))
  if (facts.length > 0) box.append(element('dl', 'facts', ...facts))
  box.setAttribute('role', 'alert')
  place.replaceChildren(box)
}

/** Clears `place`, runs `action`, and shows its error there. */
export async function reporting(place: HTMLElement, action: () => Promise<void>): Promise<void> {
  place.replaceChildren()
  try {
    await action()
  } catch (error) {
    showProblem(place, error)
  }
}
