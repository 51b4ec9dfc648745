/** The page's entry point: isolates the tab and shows the app, or shows what is missing. */
import { EnclaveError } from '../src/base/error.ts'
import { isolateTab } from '../src/platform/isolate-tab.ts'
import { type Missing, missingParts } from './environment.ts'
import { showError } from './host/errors.ts'
import { openHost } from './host/open.ts'
import { byId } from './view/dom.ts'
import { imagePanel } from './view/image-panel.ts'
import { showMissing } from './view/missing.ts'
import { startPanel } from './view/start-panel.ts'

/** The missing requirements. If the host sends no headers, the page is reloaded once before this resolves. */
async function prepare(): Promise<Missing[]> {
  const missing = missingParts()
  if (!missing.every(({ mendable }) => mendable)) return missing
  try {
    await isolateTab()
    return []
  } catch (error) {
    const { what, got, expected } = showError(error)
    const isExplained = error instanceof EnclaveError && error.code === 'E_TAB_ISOLATION'
    const own = { what, how: [got, expected && `Expected ${expected}`].filter(Boolean).join('. ') }
    return isExplained ? missingParts() : [own, ...missingParts()]
  }
}

const missing = await prepare()
const section = byId('missing', HTMLElement)
if (missing.length > 0) showMissing(section, missing)
else {
  section.hidden = true
  byId('app', HTMLDivElement).hidden = false
  const start = startPanel(openHost())
  imagePanel((image) => start.use(image))
}
