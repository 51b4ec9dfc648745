/** What a caller learns of an error. */
import { MAX_CODE, MAX_REASON } from '../../service/protocol.ts'

/**
 * The code and the message for the caller: those of an error with a code; of any other, only that it occurred. Never
 * throws, whatever was thrown, and what it returns can be sent: a text that ends within a character is usual, and
 * cannot.
 */
export function failureOf(error: unknown): readonly [code: string, message: string | null] {
  try {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
    if (typeof code === 'string')
      return [textOf(code, MAX_CODE), typeof message === 'string' ? textOf(message, MAX_REASON) : null]
  } catch {
    // Its members cannot be read.
  }
  return ['E_SERVICE_FAILED', 'E_SERVICE_FAILED: the service failed']
}

const textOf = (text: string, length: number) => text.slice(0, length).toWellFormed()
