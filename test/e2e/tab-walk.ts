/** Goes through a page with the Tab key, as somebody without a mouse does. */
import type { Page } from 'playwright-core'

/** What had the focus. */
export interface Stop {
  readonly name: string
  /** Whether it shows that it has the focus. */
  readonly isMarked: boolean
  /** What covers its middle, if anything does. */
  readonly coveredBy: string | undefined
}

/** More than any view has. */
const MOST = 250

/** The stops of the Tab key from the first one of the page to its end; Escape lets it out of the editor. */
export async function walk(page: Page): Promise<Stop[]> {
  await page.evaluate(() => {
    for (const one of document.querySelectorAll<HTMLElement>('[data-stop]')) delete one.dataset['stop']
  })
  // The browser continues from where somebody last clicked.
  await page.locator('.skip').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Shift+Tab')
  const stops: Stop[] = []
  for (let stop = await page.evaluate(lookAtFocus); stop; stop = await page.evaluate(lookAtFocus)) {
    stops.push(stop)
    if (stops.length > MOST) throw new Error(`the Tab key does not come to an end: ${stop.name}`)
    if (await page.evaluate(isInEditor)) await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
  }
  return stops
}

function isInEditor(): boolean {
  return document.activeElement?.shadowRoot?.activeElement?.closest('.cm-content') != null
}

/** Runs in the page. Undefined at the end: if nothing has the focus, or the first stop again. */
function lookAtFocus(): Stop | undefined {
  const host = document.activeElement
  if (!(host instanceof HTMLElement) || host === document.body) return undefined
  // A field for a time has a stop for each of its parts.
  if (host.dataset['stop'] && host.matches('.skip')) return undefined
  host.dataset['stop'] = 'yes'
  const element = host.shadowRoot?.activeElement ?? host
  const nameOf = (one: Element) => {
    const label = one.getAttribute('aria-label') ?? one.closest('label')?.textContent ?? one.textContent ?? ''
    return `${one.tagName.toLowerCase()}.${one.className} “${label.trim().slice(0, 40)}”`
  }
  const hasOutline = (one: Element | null | undefined) =>
    one != null &&
    getComputedStyle(one).outlineStyle !== 'none' &&
    getComputedStyle(one).outlineWidth !== '0px'
  // These show it in place of what has the focus.
  const shows =
    element.closest('.cm-editor') ??
    element.closest('.card-link') ??
    element.parentElement?.querySelector('.file-box')
  const shown = element.closest('.file') ?? element
  const { left, right, top, bottom } = shown.getBoundingClientRect()
  const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2
  const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2
  const above = document.elementFromPoint(x, y)
  const isFree = above !== null && (shown.contains(above) || above.contains(host) || host.contains(above))
  return {
    name: nameOf(element),
    // The button inside of a field for a time is marked by the browser.
    isMarked: hasOutline(element) || hasOutline(shows) || !element.matches(':focus'),
    coveredBy: isFree ? undefined : above ? nameOf(above) : 'nothing: it is out of sight',
  }
}

/** What the Tab key has not come to, of what can be operated. */
export function missed(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>(
      'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex="0"], .editor',
    )
    return [...all]
      .filter((one) => one.checkVisibility() && !one.dataset['stop'])
      .map((one) => `${one.tagName.toLowerCase()}.${one.className} “${one.textContent?.trim().slice(0, 40)}”`)
  })
}
