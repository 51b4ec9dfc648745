/**
 * What an error says, without its code. On a Chinese page the dictionary explains it, and its own text, which names what was
 * expected and what was found, follows as the original.
 */
import type { JSX } from 'preact'
import type { ShownError } from '../host/errors.ts'
import { explainedError } from '../i18n/explain.ts'
import { text } from '../i18n/language.ts'
import { shell } from '../i18n/shell.ts'
import { English } from './english.tsx'
import { Facts } from './facts.tsx'
import { ScrollText } from './scroll.tsx'

export function ErrorText({ error, most }: { error: ShownError; most?: number }): JSX.Element {
  const { code, what, expected, got, hint } = error
  const words = text(shell)
  const explained = explainedError(code)
  // The explanation of a decision follows in lines of its own.
  const [first = '', ...more] = what.trim().split('\n')
  const own = sentence(first)
  return (
    <>
      <p>{explained ? explained.what : english(own)}</p>
      <Facts
        rows={[
          [words.hint, explained?.hint],
          [words.original, explained && english(own)],
          [words.expected, english(expected)],
          [words.got, english(got)],
          [explained ? words.originalHint : words.hint, english(hint)],
        ]}
      />
      {more.length > 0 && <ScrollText>{english(more.join('\n'))}</ScrollText>}
    </>
  )

  function english(given: string | undefined): JSX.Element | undefined {
    if (!given) return undefined
    const isCut = most !== undefined && given.length > most
    return <English>{isCut ? `${given.slice(0, most)}…` : given}</English>
  }
}

/** Begins with a capital letter, unless it begins with the name of a file, and ends with a full stop. */
const sentence = (what: string) => {
  const begun = /^[\w/-]+[.:]/.test(what) ? what : what.charAt(0).toUpperCase() + what.slice(1)
  return begun.endsWith('.') ? begun : `${begun}.`
}
