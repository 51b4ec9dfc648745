/** Text that is English also on a page in another language, and marked so for screen readers. */
import type { ComponentChildren, JSX } from 'preact'

export function English({ children }: { children: ComponentChildren }): JSX.Element {
  return <span lang="en">{children}</span>
}
