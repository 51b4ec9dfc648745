/** Bodies of answers from outside of an exchange. */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'

/** A signal that ends what is under way. */
export interface Timely {
  readonly signal?: AbortSignal | undefined
}

/** The whole body, of at most `most` bytes. @throws {EnclaveError} E_CHANNEL_ANSWER if it is longer */
export async function bodyOf(answer: Response, most: number): Promise<Bytes> {
  const reader = answer.body?.getReader()
  const pieces: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { value } = (await reader?.read()) ?? {}
    if (!value) return concatBytes(...pieces)
    length += value.length
    if (length > most) {
      await reader?.cancel().catch(() => {})
      throw new EnclaveError('E_CHANNEL_ANSWER', {
        what: 'an answer is too long',
        expected: `at most ${most} bytes`,
        got: 'more',
      })
    }
    pieces.push(value)
  }
}
