/**
 * How long one end of a link spins for the peer's next message before it goes to sleep. Waking a thread takes tens of
 * microseconds, and during a conversation the next message often arrives sooner.
 *
 * Spinning is harmful if the peer waits for the processor on which this end spins: it takes the peer's time, until the
 * system interrupts it. So spins that are in vain several times in a row are suspended for a while. A spin that took
 * much longer than it should is one of those, even if something came: this thread was interrupted meanwhile.
 *
 * Operating systems wake a thread on the processor where it ran before, so two threads that sleep in turns may share one
 * processor forever while another is idle. The symptom: each spin is in vain, and the sleep after it is brief. The
 * remedy, before spins are suspended: one that lasts beyond a tick of the system's clock, so that the scheduler sees two
 * threads competing for one processor. If that does not help, there is no other processor.
 */

/** Length of a spin in milliseconds: about the cost of a wake-up. */
const LOOK = 0.1
/** A spin that took longer than this was interrupted. */
const INTERRUPTED = 0.3
/** Length of a spin that makes the scheduler move a thread: more than a tick of a 250 Hz clock. */
const LONG_LOOK = 5
/** A sleep shorter than this, in milliseconds, counts as brief. */
const BRIEF = 0.3
/** Number of consecutive vain spins after which there is a long one, if the sleeps were brief, or none for a while. */
const MAX_VAIN = 6
/** Number of sleeps without a spin: at first, and at most. It grows with each long spin that did not help. */
const FIRST_PAUSE = 64
const LONGEST_PAUSE = 16384
/** Number of consecutive spins that show that they help. */
const PROOF = 16

/** Decides how long one end spins. */
export class Patience {
  /** Spins in vain in a row, and whether each sleep after them was brief. */
  #vain = 0
  #isBrief = true
  /** Spins in a row that were not in vain. */
  #good = 0
  #pause = FIRST_PAUSE
  #pausing = 0

  /** Milliseconds to spin before this sleep; 0 for not at all. */
  get span(): number {
    if (this.#pausing === 0) return this.#vain < MAX_VAIN ? LOOK : LONG_LOOK
    this.#pausing -= 1
    return 0
  }

  /** Reports that something arrived during a spin, after so many milliseconds. */
  found(time: number): void {
    if (time > INTERRUPTED) return this.#fail()
    this.#vain = 0
    this.#isBrief = true
    this.#good += 1
    if (this.#good >= PROOF) this.#pause = FIRST_PAUSE
  }

  /** Reports that a spin was in vain, and how many milliseconds the sleep after it took. */
  slept(time: number): void {
    if (time > BRIEF) this.#isBrief = false
    this.#fail()
  }

  #fail(): void {
    this.#good = 0
    this.#vain += 1
    if (this.#vain < MAX_VAIN || (this.#vain === MAX_VAIN && this.#isBrief)) return
    if (this.#isBrief) {
      this.#pausing = this.#pause
      this.#pause = Math.min(4 * this.#pause, LONGEST_PAUSE)
    } else {
      // Perhaps nothing comes at the moment: it costs little to look again soon.
      this.#pausing = FIRST_PAUSE
    }
    this.#vain = 0
    this.#isBrief = true
  }
}
