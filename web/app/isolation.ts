/** Makes the tab fit for enclaves, or finds what is missing. */
import { type Signal, signal } from '@preact/signals'
import { EnclaveError } from '../../src/base/error.ts'
import { isolateTab } from '../../src/platform/isolate-tab.ts'
import { isMendable, type Missing, missingParts } from './environment.ts'

/** What is missing; undefined until it is known. */
export const missingNow: Signal<readonly Missing[] | undefined> = signal(undefined)
/** Why the tab could not be isolated, if that is not just what is missing. */
export const isolationError: Signal<unknown> = signal(undefined)

/** If the host sends no headers, the page is reloaded once before this resolves. */
export async function prepareTab(): Promise<void> {
  const missing = missingParts()
  if (!missing.every(isMendable)) {
    missingNow.value = missing
    return
  }
  try {
    await isolateTab()
    missingNow.value = missingParts()
  } catch (error) {
    const isExplained = error instanceof EnclaveError && error.code === 'E_TAB_ISOLATION'
    const left = missingParts()
    if (!isExplained) isolationError.value = error
    missingNow.value = left.length > 0 ? left : ['serviceWorker']
  }
}
