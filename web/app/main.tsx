/** The page's entry point. */
import { render } from 'preact'
import { openHost } from '../host/open.ts'
import { followLanguage } from '../i18n/language.ts'
import { App } from './app.tsx'
import { prepareTab } from './isolation.ts'
import { keepCopy } from './offline.ts'
import { followAddress } from './route.ts'
import { followTheme } from './theme.ts'

// The Worker and what it loads take longest. Before the service worker controls the page, it would not be controlled.
if (globalThis.crossOriginIsolated && navigator.serviceWorker?.controller) openHost()
followTheme()
followLanguage()
followAddress()
const place = document.getElementById('page')
if (!place) throw new Error('the page has no place for its content')
place.replaceChildren()
render(<App />, place)
void prepareTab().then(keepCopy)
