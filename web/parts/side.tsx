/** A panel on one side of the wall: which one shows by a word, a line's style and a colour. */
import type { ComponentChildren, JSX } from 'preact'
import { text } from '../i18n/language.ts'
import { shell } from '../i18n/shell.ts'

export function Side({
  of,
  title,
  children,
  id,
  level = 2,
}: {
  of: 'parent' | 'enclave'
  title: string
  children: ComponentChildren
  id?: string
  /** Of the heading. */
  level?: 2 | 3 | 4
}): JSX.Element {
  const Heading = `h${level}` as const
  return (
    <section class={`side side-${of}`} aria-label={title} id={id}>
      <p class="whose">{text(shell)[of]}</p>
      <Heading>{title}</Heading>
      {children}
    </section>
  )
}
