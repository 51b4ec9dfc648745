/** The page: its header, the view that is shown, and what it does not protect. */
import type { ComponentType, JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { Bench } from '../bench/bench.tsx'
import { LANGUAGES, type Language, language, setLanguage, text } from '../i18n/language.ts'
import { shell } from '../i18n/shell.ts'
import { followDrops, isRefused } from '../parts/drop.ts'
import { missingNow } from './isolation.ts'
import { lazy } from './lazy.tsx'
import { isKept } from './offline.ts'
import { linkTo, route, VIEWS, type ViewName } from './route.ts'
import { THEMES, type Theme, theme } from './theme.ts'

/** Each view gets what follows its name in the address. */
const SHOWN: Readonly<Record<ViewName, ComponentType<{ rest: string }>>> = {
  bench: Bench,
  document: lazy(async () => (await import('../document/document.tsx')).DocumentView),
  key: lazy(async () => (await import('../key/key.tsx')).KeyView),
  lessons: lazy(async () => (await import('../lessons/lessons.tsx')).LessonsView),
  attacks: lazy(async () => (await import('../attacks/attacks.tsx')).AttacksView),
}

export function App(): JSX.Element {
  const words = text(shell)
  const { view, rest } = route.value
  useEffect(followDrops, [])
  // Only then: a Worker that is started before the service worker controls the page is not controlled in Firefox.
  const View = SHOWN[view]
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        {words.skip}
      </button>
      <header class="top">
        <a class="logo" href={linkTo('bench')}>
          <b>webclave</b> <span>{words.tagline}</span>
        </a>
        <nav aria-label={words.navigation}>
          <ul>
            {VIEWS.map((name) => (
              <li key={name}>
                <a href={linkTo(name)} aria-current={name === view ? 'page' : undefined}>
                  {words.views[name]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <Settings />
      </header>
      <main id="main" tabIndex={-1}>
        {missingNow.value === undefined ? <p role="status">{words.loading}</p> : <View rest={rest} />}
      </main>
      <p role="status" class="drop-note">
        {isRefused.value && words.dropRefused}
      </p>
      <footer class="honest">
        <p>
          <b>{words.honestTitle}</b> {words.honest}
        </p>
        <p>{words.nothingLeaves}</p>
        <p role="status">
          {isKept.value === true && words.offline}
          {isKept.value === false && words.notKept}
        </p>
      </footer>
    </>
  )
}

function Settings(): JSX.Element {
  const words = text(shell)
  return (
    <div class="settings">
      <label>
        <span class="hidden-text">{words.language}</span>
        <select
          value={language.value}
          onChange={(event) => setLanguage(event.currentTarget.value as Language)}
        >
          {Object.entries(LANGUAGES).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="hidden-text">{words.theme}</span>
        <select
          value={theme.value}
          onChange={(event) => {
            theme.value = event.currentTarget.value as Theme
          }}
        >
          {THEMES.map((one) => (
            <option key={one} value={one}>
              {words.themes[one]}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}
