/** The items of a document as a tree, each with its meaning. */
import type { JSX } from 'preact'
import { document as texts } from '../i18n/document.ts'
import { text } from '../i18n/language.ts'
import type { Node } from './structure.ts'

export function TreePane({ root }: { root: Node }): JSX.Element {
  const words = text(texts)
  return (
    <section aria-label={words.structure}>
      <h2>{words.structure}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <div class="tree" tabIndex={0}>
        <ul>
          <Item node={root} />
        </ul>
      </div>
    </section>
  )
}

function Item({ node }: { node: Node }): JSX.Element {
  const words = text(texts)
  const { id, label, role, type, value, from, to, children } = node
  const meaning = words.roles[role]
  return (
    <li>
      <button type="button" class="node" data-node={id} data-role={role} title={words.offset(from, to)}>
        <b>{label}</b> <code>{type}</code>
        {value !== undefined && <span class="node-value">{shown(node, value)}</span>}
        {meaning !== '' && <span class="node-meaning">{meaning}</span>}
      </button>
      {children.length > 0 && (
        <ul>
          {children.map((child) => (
            <Item key={child.id} node={child} />
          ))}
        </ul>
      )}
    </li>
  )
}

/** A time is also shown as one. */
function shown({ role }: Node, value: string): string {
  const time = Number(value)
  if (role !== 'timestamp' || !(time > 0 && time < 8.64e15)) return value
  return `${value} = ${new Date(time).toISOString()}`
}
