/**
 * Errors between the page and the parent instance's Worker. Comlink carries a message only; the code, what was
 * expected and the hint are what a person needs, so both ends import this file and carry them as well.
 */
import { transferHandlers } from 'comlink'
import { EnclaveError } from '../../src/base/error.ts'

/** An error as a person is shown it. */
export interface ShownError {
  /** Stable, such as `E_IMAGE_MAGIC`; absent where the error is none of ours. */
  code?: string
  /** What happened. */
  what: string
  expected?: string
  got?: string
  hint?: string
}

/** An error that the Worker has told of. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly shown: ShownError

  constructor(shown: ShownError) {
    super(shown.code ? `${shown.code}: ${shown.what}` : shown.what)
    this.shown = shown
  }
}

/** `error` in the parts that a person is shown. */
export function showError(error: unknown): ShownError {
  if (error instanceof HostError) return error.shown
  if (!(error instanceof EnclaveError))
    return { what: error instanceof Error ? error.message : String(error) }
  const { code, expected, got, hint, message } = error
  // The message is all parts in one; what is left of it without the others is what happened.
  const rest = [expected && `expected ${expected}`, got && `got ${got}`, hint].filter(Boolean)
  const what = message.slice(
    `${code}: `.length,
    message.length - rest.map((part) => `; ${part}`).join('').length,
  )
  return { code, what, ...(expected && { expected }), ...(got && { got }), ...(hint && { hint }) }
}

/** Makes comlink carry all parts of an error, at the end where it is called. */
export function carryErrors(): void {
  const carried = transferHandlers.get('throw')
  if (!carried) throw new Error('comlink has no handler for what is thrown')
  transferHandlers.set('throw', {
    canHandle: carried.canHandle,
    serialize: (thrown) => [showError((thrown as { value: unknown }).value), []],
    deserialize: (shown) => {
      throw new HostError(shown as ShownError)
    },
  })
}
