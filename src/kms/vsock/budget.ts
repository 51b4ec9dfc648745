/** So much of something and no more, shared by all who take of it. */

/**
 * See above.
 *
 * @example
 * const budget = new Budget(2)
 * budget.take(2) // true
 * budget.take(1) // false
 */
export class Budget {
  readonly #most: number
  #taken = 0

  constructor(most: number) {
    this.#most = most
  }

  get taken(): number {
    return this.#taken
  }

  /** Takes `amount`, or nothing where that is more than is left. */
  take(amount: number): boolean {
    if (this.#taken + amount > this.#most) return false
    this.#taken += amount
    return true
  }

  /** Gives back what was taken. */
  give(amount: number): void {
    this.#taken -= amount
  }
}
