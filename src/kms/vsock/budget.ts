/** A limited amount of something, shared by all who take from it. */

/**
 * A limited amount, such as bytes or connections.
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

  /** Takes `amount` and returns true, or takes nothing and returns false if less is left. */
  take(amount: number): boolean {
    if (this.#taken + amount > this.#most) return false
    this.#taken += amount
    return true
  }

  /** Returns an amount that was taken. */
  give(amount: number): void {
    this.#taken -= amount
  }
}
