/**
 * A cache between verifications, for results that depend only on bytes; the complete bytes are the key. The bytes may
 * be hostile, so the number of entries is limited, and filling the cache can only cost time.
 */

const KEPT_MAX = 64

/** One character for each byte. */
const latin1 = new TextDecoder('latin1')

/** Results, keyed by the text or the bytes that they were computed from. */
export class BoundedCache<Answer> {
  readonly #answers = new Map<string, Answer>()

  /** The cached result for `source`, computed by `make` if it is missing; errors of `make` are not cached. */
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
