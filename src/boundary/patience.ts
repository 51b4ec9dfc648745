/**
 * How long one end of a link spins for the peer's next message before it goes to sleep. Waking a thread takes tens of
 * microseconds, and during a conversation the next message often arrives sooner.
 *
 * Spinning is harmful if the peer waits for the processor on which this end spins. Operating systems wake a thread on
 * the processor where it ran before, so two threads that sleep in turns may share one processor forever while another
 * is idle. The symptom: each spin is in vain, and the sleep after it is brief. The remedy is one spin that lasts beyond
 * a tick of the system's clock, so that the scheduler sees two threads competing for one processor. If that does not
 * help, there is no other processor, and spinning is suspended for a while, longer each time.
 */

/** Length of a spin in milliseconds: about the cost of a wake-up. */
const LOOK = 0.1
/** Length of a spin that makes the scheduler move a thread: more than a tick of a 250 Hz clock. */
const LONG_LOOK = 5
/** A sleep shorter than this, in milliseconds, counts as brief. */
const BRIEF = 0.3
/** Number of consecutive vain spins with brief sleeps after which there is one long spin. */
const MAX_VAIN = 6
/** Number of sleeps without a spin after a long spin in vain: initially, and at most. */
const FIRST_PAUSE = 64
const LONGEST_PAUSE = 16384

/** Decides how long one end spins. */
export class Patience {
  #vain = 0
  #pause = FIRST_PAUSE
  #pausing = 0

  /** Milliseconds to spin before this sleep; 0 for not at all. */
  get span(): number {
    if (this.#pausing === 0) return this.#vain < MAX_VAIN ? LOOK : LONG_LOOK
    this.#pausing -= 1
    return 0
  }

  /** Reports that something arrived during a spin. */
  found(): void {
    this.#vain = 0
    this.#pause = FIRST_PAUSE
  }

  /** Reports that a spin was in vain, and how many milliseconds the sleep after it took. */
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
