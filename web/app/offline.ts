/** Keeps a copy of the site, so that the page works without its host afterwards. */
import { type Signal, signal } from '@preact/signals'
import { KEEP } from '../site/keep.ts'

/** Whether there is a copy; undefined until it is known. */
export const isKept: Signal<boolean | undefined> = signal(undefined)

/** Milliseconds after which it begins: the reader's own work comes first. */
const AFTER = 8000

/** Begins some time after the page is ready. */
export function keepCopy(): void {
  const controller = navigator.serviceWorker?.controller
  // Readers who save data would not want 15 megabytes unasked.
  const { connection } = navigator as { connection?: { saveData?: boolean } }
  if (!controller || connection?.saveData) return
  setTimeout(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }) => {
      isKept.value = data === true
      port1.close()
    }
    controller.postMessage(KEEP, [port2])
  }, AFTER)
}
