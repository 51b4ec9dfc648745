/** The page if enclaves cannot run: only what is missing, and how to get it. */
import type { Missing } from '../environment.ts'
import { element, part } from './dom.ts'

export function showMissing(section: HTMLElement, missing: readonly Missing[]): void {
  const count = missing.length === 1 ? 'One thing is' : `${missing.length} things are`
  part(section, 'reason', HTMLParagraphElement).textContent = `${count} missing, so nothing was started.`
  part(section, 'list', HTMLUListElement).replaceChildren(
    ...missing.map(({ what, how }) => element('li', '', element('b', '', `✗ Missing: ${what}.`), ` ${how}`)),
  )
}
