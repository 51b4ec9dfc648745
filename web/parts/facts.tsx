/** Names and their values; rows without a value are left out. */
import type { ComponentChildren, JSX } from 'preact'

export function Facts({
  rows,
}: {
  rows: readonly (readonly [name: string, value: ComponentChildren])[]
}): JSX.Element | null {
  const shown = rows.filter(([, value]) => value !== undefined)
  if (shown.length === 0) return null
  return (
    <dl class="facts">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
