/** Hexadecimal that may wrap after every 8 digits, and is copied as one word. */
import type { JSX } from 'preact'

export function Hex({ digits, name }: { digits: string; name?: string }): JSX.Element {
  const groups = digits.match(/.{1,8}/g) ?? []
  return (
    <code class="hex" data-name={name}>
      {groups.map((group, at) => (
        <span key={at}>
          {group}
          <wbr />
        </span>
      ))}
    </code>
  )
}
