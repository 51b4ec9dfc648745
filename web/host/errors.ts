/**
 * Errors between the page and the parent instance's Worker. Comlink transfers only the message, but users need the code, what was
 * expected and the hint, so both ends import this file, which transfers them as well.
 */
import { transferHandlers } from 'comlink'
import { EnclaveError } from '../../src/base/error.ts'

/** An error as it is shown to users. */
export interface ShownError {
  /** A stable code such as `E_IMAGE_MAGIC`; absent for errors that are not webclave's. */
  code?: string
  /** What happened. */
  what: string
  expected?: string
  got?: string
  hint?: string
}

/** An error with the parts that are shown: one that the Worker reported, or the page's own. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly shown: ShownError

  constructor(shown: ShownError) {
    super(shown.code ? `${shown.code}: ${shown.what}` : shown.what)
    this.shown = shown
  }
}

/** `error` in the parts that are shown to users. */
export function showError(error: unknown): ShownError {
  if (error instanceof HostError) return error.shown
  if (!(error instanceof EnclaveError))
    return { what: error instanceof Error ? error.message : String(error) }
  const { code, expected, got, hint, message } = error
  // The message consists of all parts; without the others, what happened is left.
  const rest = [expected && `expected ${expected}`, got && `got ${got}`, hint].filter(Boolean)
  const what = message.slice(
    `${code}: `.length,
    message.length - rest.map((part) => `; ${part}`).join('').length,
  )
  return { code, what, ...(expected && { expected }), ...(got && { got }), ...(hint && { hint }) }
}

/** Makes comlink transfer all parts of an error; call it on both ends. */
export function carryErrors(): void {
  const carried = transferHandlers.get('throw')
  if (!carried) throw new Error('comlink has no handler for thrown errors')
  transferHandlers.set('throw', {
    canHandle: carried.canHandle,
    serialize: (thrown) => [showError((thrown as { value: unknown }).value), []],
    deserialize: (shown) => {
      throw new HostError(shown as ShownError)
    },
  })
}
