/** What a pool counts. Nothing of it depends on the content of a call. */

/** Upper bounds of the buckets of the histogram, milliseconds; the last bucket has none. */
export const LATENCY_BOUNDS: readonly number[] = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500]

/** The counters of a pool, since it was created. */
export interface PoolStats {
  /** Enclaves that can be given calls, and those that are being started. */
  readonly enclaves: number
  readonly starting: number
  /** Calls and connections under way, and those that wait for an enclave. */
  readonly running: number
  readonly queued: number
  readonly starts: number
  /** Ends by their kind: the words before the colon of a description of an end. */
  readonly ends: Readonly<Record<string, number>>
  readonly calls: {
    readonly answered: number
    readonly failed: number
    readonly refused: number
    readonly lost: number
  }
  /** Connections that were made. */
  readonly connections: number
  /** Answered calls by their time, from the call of the pool on: `counts[i]` took at most `bounds[i]` milliseconds. */
  readonly latency: {
    readonly bounds: readonly number[]
    readonly counts: readonly number[]
    readonly sum: number
  }
  /** Bytes of the linear memories of all enclaves, as far as they are known. */
  readonly memoryUsed: number
}

/** Counts. */
export class Counters {
  starts = 0
  connections = 0
  readonly ends: Map<string, number> = new Map()
  readonly calls: { answered: number; failed: number; refused: number; lost: number } = {
    answered: 0,
    failed: 0,
    refused: 0,
    lost: 0,
  }
  readonly #counts: number[] = Array(LATENCY_BOUNDS.length + 1).fill(0)
  #sum = 0

  end(description: string): void {
    const kind = /^[a-z-]+/.exec(description)?.[0] ?? 'unknown'
    this.ends.set(kind, (this.ends.get(kind) ?? 0) + 1)
  }

  took(milliseconds: number): void {
    const bucket = LATENCY_BOUNDS.findIndex((bound) => milliseconds <= bound)
    this.#counts[bucket < 0 ? LATENCY_BOUNDS.length : bucket]! += 1
    this.#sum += milliseconds
  }

  get latency(): PoolStats['latency'] {
    return { bounds: LATENCY_BOUNDS, counts: [...this.#counts], sum: this.#sum }
  }
}
