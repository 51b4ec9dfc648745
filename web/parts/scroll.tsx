/** Text that scrolls within its box, and so must be reachable with the keyboard. */
import type { ComponentChildren, JSX } from 'preact'

export function ScrollText({ children, part }: { children: ComponentChildren; part?: string }): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <pre tabIndex={0} data-part={part}>
      {children}
    </pre>
  )
}
