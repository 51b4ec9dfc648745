/**
 * How long an end of a link looks again for its peer's next word before it goes to sleep. Waking a thread takes tens of
 * microseconds, and between two ends that talk to each other the next word is often there sooner.
 *
 * One thing makes looking worse than useless: a peer that waits for the very processor on which this end looks. Systems
 * put a thread that is woken where it was, and two threads that sleep in turns may share one processor for ever while
 * another stands idle. It shows: each look is in vain, and the sleep after it is brief. What ends it is one look that
 * lasts until the system's clock ticks, for then two are seen to want one processor. Where that does not help, there is
 * no other processor, and looking is given up for a while, longer each time.
 */

/** A look, milliseconds: about what being woken costs. */
const LOOK = 0.1
/** A look that two threads are seen by: more than a tick of a clock of 250 Hz. */
const LONG_LOOK = 5
/** A sleep that is shorter than this was hardly worth beginning. */
const BRIEF = 0.3
/** Looks in vain before brief sleeps, one after the other, after which there is a long one. */
const MAX_VAIN = 6
/** Sleeps without a look after a long one in vain: at first, and at most. */
const FIRST_PAUSE = 64
const LONGEST_PAUSE = 16384

/** One end's patience. */
export class Patience {
  #vain = 0
  #pause = FIRST_PAUSE
  #pausing = 0

  /** Milliseconds to look for before this sleep; 0 for not at all. */
  get span(): number {
    if (this.#pausing === 0) return this.#vain < MAX_VAIN ? LOOK : LONG_LOOK
    this.#pausing -= 1
    return 0
  }

  /** Tells that something came while this end looked. */
  found(): void {
    this.#vain = 0
    this.#pause = FIRST_PAUSE
  }

  /** Tells that a look was in vain, and how many milliseconds the sleep after it took. */
  slept(time: number): void {
    if (time > BRIEF) {
      this.#vain = 0
    } else if (this.#vain < MAX_VAIN) {
      this.#vain += 1
    } else {
      this.#pausing = this.#pause
      this.#pause = Math.min(4 * this.#pause, LONGEST_PAUSE)
    }
  }
}
