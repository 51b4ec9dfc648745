/** Faults to order on one enclave's link, for tests and for teaching: late, slow, or cut. */

/**
 * What a link is to suffer, at any time while it runs. Bytes are never changed and never change places.
 *
 * @example
 * const faults = new Faults()
 * faults.delay = 50
 * faults.bytesPerSecond = 100_000
 * faults.isCut // false
 */
export class Faults {
  /** Milliseconds that each packet is late, in either direction. */
  delay = 0
  /** What each direction carries in a second. */
  bytesPerSecond: number = Number.POSITIVE_INFINITY
  #cut = false

  /** Whether nothing arrives any more. */
  get isCut(): boolean {
    return this.#cut
  }

  /** Loses everything from now on, in both directions and for good, without telling either end. */
  cut(): void {
    this.#cut = true
  }
}
