/** The list of the attacks, or one of them. */
import type { JSX } from 'preact'
import { linkTo } from '../app/route.ts'
import { attacks as texts } from '../i18n/attacks.ts'
import { text } from '../i18n/language.ts'
import { Heading } from '../parts/heading.tsx'
import { ATTACKS } from './all.ts'
import { AttackPage } from './attack.tsx'

export function AttacksView({ rest }: { rest: string }): JSX.Element {
  const words = text(texts)
  const attack = ATTACKS.find(({ name }) => name === rest)
  if (attack) return <AttackPage key={rest} attack={attack} />
  return (
    <div class="lessons">
      <Heading>{words.title}</Heading>
      <p class="intro">{words.intro}</p>
      {rest !== '' && <p class="notice">{words.unknown}</p>}
      <ol class="cards">
        {ATTACKS.map(({ name, texts: own }) => {
          const { title, attacker } = text(own)
          return (
            <li key={name} class="card-link">
              <h2>
                <a href={linkTo('attacks', name)}>{title}</a>
              </h2>
              <p>{attacker}</p>
            </li>
          )
        })}
      </ol>
    </div>
  )
}
