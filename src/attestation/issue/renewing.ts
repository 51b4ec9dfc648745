/**
 * A value that expires and is renewed in time: certificates and their keys. Callers always get one that is valid for
 * long enough; concurrent callers share one renewal.
 */

/** A value with a validity period. Milliseconds since 1970. */
export interface Expiring {
  readonly notBefore: number
  readonly notAfter: number
}

/** When to renew a value, in milliseconds before its end. */
export interface RenewalRule {
  /** From here on `get` waits for the new value. */
  readonly latest: number
  /** From here on the new value is made in the background, while `get` still returns the old one. */
  readonly due: number
}

/** Holds the current value and renews it. */
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

  /** Returns the current value if it is valid for long enough, otherwise a promise of the next one. */
  get(): T | Promise<T> {
    const value = this.#value
    const now = this.#now()
    // If the clock was set back to before `notBefore`, a new value is needed too.
    if (value === undefined || now < value.notBefore || value.notAfter - now < this.#rule.latest) {
      return this.#renew()
    }
    // Nobody waits for this renewal, so its failure is ignored: a later call tries again.
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
