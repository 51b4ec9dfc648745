/**
 * How long an end of a link looks again for its peer's next word before it goes to sleep. Waking a thread takes tens of
 * microseconds, and between two ends that talk to each other the next word is often there sooner. It is not where the
 * peer has nothing to say, or waits for this very processor: looking is lost time then. So an end that looked in vain
 * some times in a row stops looking, and tries again only after a while, which grows each time that it was in vain.
 */

/** The longest look, milliseconds: about what being woken costs. */
const LONGEST = 0.1
/** Looks in vain, one after the other, after which there are none for a while. */
const MAX_VAIN = 3
/** Sleeps without a look before it is tried again: at first, and at most. */
const FIRST_PAUSE = 16
const LONGEST_PAUSE = 1024

/** One end's patience. */
export class Patience {
  #vain = 0
  #pause = FIRST_PAUSE
  #sleeps = 0

  /** Milliseconds to look for before this sleep; 0 for not at all. */
  get span(): number {
    if (this.#vain < MAX_VAIN) return LONGEST
    this.#sleeps += 1
    if (this.#sleeps < this.#pause) return 0
    this.#sleeps = 0
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE)
    return LONGEST
  }

  /** Tells whether something came while this end looked. */
  looked(came: boolean): void {
    if (!came) {
      this.#vain += 1
      return
    }
    this.#vain = 0
    this.#pause = FIRST_PAUSE
  }
}
