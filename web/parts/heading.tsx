/** The heading of a view, which gets the focus when the view changes. */
import type { ComponentChildren, JSX } from 'preact'

export function Heading({ children }: { children: ComponentChildren }): JSX.Element {
  return <h1 tabIndex={-1}>{children}</h1>
}
