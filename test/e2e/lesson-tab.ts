/** A lesson in a tab of its own, with what its tests do. */
import type { Locator } from 'playwright-core'
import { type Site, textOf } from './site.ts'
import { openTab, type Tab, type TabOptions } from './tab.ts'

const READY = '.steps button:enabled, .notice button:enabled, .cards'

export interface LessonTab extends Tab {
  step(name: string): Locator
  /** Presses the button of a step, and waits for what it says of itself then. */
  run(name: string): Promise<string>
}

/** Opens a lesson, the list for an empty `rest`. */
export async function openLesson(site: Site, rest: string, options: TabOptions = {}): Promise<LessonTab> {
  const tab = await openTab(site, `#/lessons${rest && `/${rest}`}`, options)
  await tab.page.locator(READY).first().waitFor()
  return inTab(tab)
}

/** What the tests do in a tab that shows lessons. */
function inTab(tab: Tab): LessonTab {
  const { page } = tab
  const step = (name: string) => page.locator(`[data-step="${name}"]`)
  return {
    ...tab,
    step,
    async run(name) {
      await step(name).getByRole('button').first().click()
      await page.locator('[data-busy]').waitFor({ state: 'detached' })
      return textOf(step(name).locator('.step-state'))
    },
  }
}

/** Whether a step is done, as the page says. */
export const isDone = (step: Locator): Promise<string | null> => step.getAttribute('data-done')
