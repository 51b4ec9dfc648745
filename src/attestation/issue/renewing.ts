/**
 * A value that lives for a while and is made anew before it ends: certificates and their keys. Callers always
 * get one that holds for long enough; a hundred asking at once cause one to be made.
 */

/** What has an end. Milliseconds since 1970. */
export interface Expiring {
  readonly notBefore: number
  readonly notAfter: number
}

/** When to make the next one, in milliseconds before the end of the present one. */
export interface RenewalRule {
  /** From here on `get` waits for the next. */
  readonly latest: number
  /** From here on the next is made beside the work, while `get` still returns the present one. */
  readonly due: number
}

/** See above. */
export class Renewing<T extends Expiring> {
  readonly #make: () => Promise<T>
  readonly #now: () => number
  readonly #rule: RenewalRule
  #value: T | undefined
  #pending: Promise<T> | undefined

  constructor(make: () => Promise<T>, now: () => number, rule: RenewalRule) {
    this.#make = make
    this.#now = now
    this.#rule = rule
  }

  /** The present value, at once if it holds for long enough; else the promise of the next. */
  get(): T | Promise<T> {
    const value = this.#value
    const now = this.#now()
    // A clock set back to before the value's beginning needs a new one as much as a clock past its end.
    if (value === undefined || now < value.notBefore || value.notAfter - now < this.#rule.latest) {
      return this.#renew()
    }
    // Nobody waits for this one, so nobody must hear of its failure: whoever comes later tries again.
    if (value.notAfter - now < this.#rule.due) this.#renew().catch(() => undefined)
    return value
  }

  #renew(): Promise<T> {
    this.#pending ??= this.#make()
      .then((value) => {
        this.#value = value
        return value
      })
      .finally(() => {
        this.#pending = undefined
      })
    return this.#pending
  }
}
