/** The page's beginning: says what is missing, or opens the parent instance and offers its enclaves. */
import { missingParts } from './environment.ts'
import { openHost } from './host/open.ts'
import { byId } from './view/dom.ts'
import { imagePanel } from './view/image-panel.ts'
import { showMissing } from './view/missing.ts'
import { startPanel } from './view/start-panel.ts'

const section = byId('missing', HTMLElement)
const missing = missingParts()
if (missing.length > 0) showMissing(section, missing)
else {
  section.hidden = true
  byId('app', HTMLDivElement).hidden = false
  const start = startPanel(openHost())
  imagePanel((image) => start.use(image))
}
