/** Injects faults into one enclave's link, for tests and teaching: delay, limited bandwidth, or a cut. */

/**
 * Fault injection for a link; may be changed while the link is in use. Bytes are never modified or reordered.
 *
 * @example
 * const faults = new Faults()
 * faults.delay = 50
 * faults.bytesPerSecond = 100_000
 * faults.isCut // false
 */
export class Faults {
  /** Delay of each packet in either direction, in milliseconds. */
  delay = 0
  /** Maximum bytes per second in each direction. */
  bytesPerSecond: number = Number.POSITIVE_INFINITY
  #cut = false

  /** Whether the link has been cut. */
  get isCut(): boolean {
    return this.#cut
  }

  /** Drops everything from now on, in both directions and permanently, without notifying either end. */
  cut(): void {
    this.#cut = true
  }
}
