/**
 * What is worth remembering between verifications: answers that depend on nothing but bytes, under the whole of those
 * bytes. Bytes may be hostile, so the number kept is bounded, and nothing but time can be won or lost by filling it.
 */

const KEPT_MAX = 64

/** One character for each byte. */
const latin1 = new TextDecoder('latin1')

/** Answers by the text or the bytes that they were made from. */
export class BoundedCache<Answer> {
  readonly #answers = new Map<string, Answer>()

  /** The answer for `source`, made by `make` where it is not known; what `make` throws is not kept. */
  get(source: string | Uint8Array, make: () => Answer): Answer {
    const identity = typeof source === 'string' ? source : latin1.decode(source)
    const known = this.#answers.get(identity)
    if (known !== undefined) return known
    const answer = make()
    if (this.#answers.size >= KEPT_MAX) this.#answers.clear()
    this.#answers.set(identity, answer)
    return answer
  }
}
