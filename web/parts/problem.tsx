/** An error: its code, what happened, what was expected and found, and what to do. */
import { type Signal, signal } from '@preact/signals'
import type { JSX } from 'preact'
import { showError } from '../host/errors.ts'
import { hostFailure } from '../host/open.ts'
import { text } from '../i18n/language.ts'
import { shell } from '../i18n/shell.ts'
import { ErrorText } from './error-text.tsx'

/** Shows `error`, unless it is undefined; screen readers announce it at once. */
export function Problem({ error }: { error: unknown }): JSX.Element | null {
  if (error === undefined) return null
  const shown = showError(error)
  return (
    <div class="problem" role="alert">
      <b>✗ {shown.code ?? text(shell).error}</b>
      <ErrorText error={shown} />
    </div>
  )
}

/** The last error of an action, and a way to run one that clears and sets it; also if the Worker is missing that it needs. */
export interface Attempt {
  readonly error: Signal<unknown>
  run(action: () => Promise<void>): Promise<void>
}

/** Creates an attempt without an error. */
export function attempt(): Attempt {
  const error = signal<unknown>(undefined)
  return {
    error,
    async run(action) {
      error.value = undefined
      try {
        await Promise.race([action(), hostFailure])
      } catch (thrown) {
        error.value = thrown
      }
    },
  }
}
