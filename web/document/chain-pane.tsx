/** The certificates of a document as a chain. */
import type { JSX } from 'preact'
import { document as texts } from '../i18n/document.ts'
import { text } from '../i18n/language.ts'
import { Facts } from '../parts/facts.tsx'
import { chainOf, type Link } from './chain.ts'
import type { Explained } from './state.ts'

export function ChainPane({ bytes, profile }: Explained): JSX.Element | null {
  const words = text(texts)
  const chain = chainOf(bytes, profile)
  if (!chain) return null
  return (
    <section aria-label={words.chain}>
      <h2>{words.chain}</h2>
      <p class="hint">{words.chainHint}</p>
      <ol class="chain">
        {chain.map((link, at) => (
          <ChainLink key={`${at} ${link.subject}`} link={link} />
        ))}
      </ol>
    </section>
  )
}

const day = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ')

function ChainLink({ link }: { link: Link }): JSX.Element {
  const words = text(texts)
  const limit = link.pathLength === undefined ? words.noLimit : String(link.pathLength)
  return (
    <li data-role={link.role}>
      <b>{words.links[link.role]}</b>
      <p class="subject">{link.subject}</p>
      <Facts
        rows={[
          [words.issuedBy, link.issuer],
          [words.valid, `${day(link.notBefore)} – ${day(link.notAfter)} UTC`],
          [words.key, `${link.curve}, ${link.isAuthority ? words.isAuthority(limit) : words.isLeaf}`],
          [words.usages, link.usages.join(', ')],
        ]}
      />
    </li>
  )
}
