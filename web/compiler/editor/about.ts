/** A type and its documentation, as the editor shows them. */
import type { About } from '../language-answers.ts'

/** An element with the texts of `about`, which are never read as HTML. */
export function renderAbout({ type, text }: About): HTMLElement {
  const element = document.createElement('div')
  element.className = 'cm-about'
  const signature = element.appendChild(document.createElement('pre'))
  signature.className = 'cm-about-type'
  signature.textContent = type
  if (text) {
    const documentation = element.appendChild(document.createElement('div'))
    documentation.className = 'cm-about-text'
    documentation.textContent = plain(text)
  }
  return element
}

/** Documentation is Markdown; what remains of it in a text would distract. */
export function plain(text: string): string {
  return text.replace(/^```\w*\n?/gm, '').replace(/\{@link (?:\S+ )?([^}]+)\}/g, '$1')
}
