/**
 * How benchmarks measure: the work and a bare baseline alternate in one run, so that their ratio is valid on a noisy
 * machine. They report the median, or a percentile if the worst case matters. A goal is a bound on the ratio, or on the
 * figure itself if there is no baseline or the goal says so.
 */
import { cpus, totalmem } from 'node:os'
import { setTimeout } from 'node:timers/promises'

/**
 * A bound that must hold. With `orTimes` the bound is on the figure itself; on a busy machine, the figure may instead
 * be that multiple of the baseline's.
 */
export type Goal = { atMost: number; orTimes?: number } | { atLeast: number }

/** One thing to measure. Both functions do the work once, and return a number in `unit`. */
export interface Measurement {
  name: string
  unit: 'ms' | 'µs' | 'ns' | 'MB/s' | 'KiB'
  samples: number
  /** Milliseconds of rest before each sample of both, for what is opened in advance between uses. @default 0 */
  rest?: number
  /** The reported figure: the median, or what 99 of 100 samples do not exceed. @default 'median' */
  statistic?: 'median' | 'p99'
  subject(): Promise<number> | number
  baseline?(): Promise<number> | number
  goal?: Goal
}

/** The rows of one room. `setUp` creates what they need, and returns a function that removes it. */
export interface Benchmark {
  room: string
  measurements(): Promise<{ rows: Measurement[]; tearDown(): Promise<void> }>
}

/**
 * One line of the report. `median` and `baseline` are the reported statistic, which the name states if it is not the
 * median.
 */
export interface Row {
  name: string
  unit: string
  median: number
  baseline: number | null
  ratio: number | null
  goal: string | null
  holds: boolean | null
  samples: number
}

const WARM_UP = 2

/** Milliseconds of rest until a prepared image has a spare Worker, and nothing is opened during a sample of the baseline. */
export const UNTIL_SPARE = 100

/**
 * Collects all garbage, so that no measurement pays for that of another. The process is started with --expose-gc,
 * because V8 rejects code caches after a flag has been set at run time.
 */
export const collectGarbage = globalThis.gc as () => void

/** The median of `values`. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** What 99 of 100 `values` do not exceed. */
export function percentile99(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.ceil(sorted.length * 0.99) - 1]!
}

const STATISTICS = { median, p99: percentile99 }

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Measures one thing, alternating with its baseline. */
export async function measure(measurement: Measurement): Promise<Row> {
  const { name, unit, samples, subject, baseline, goal, rest = 0 } = measurement
  const summarise = STATISTICS[measurement.statistic ?? 'median']
  const own: number[] = []
  const bare: number[] = []
  for (let count = -WARM_UP; count < samples; count++) {
    await ready(rest)
    const value = await subject()
    await ready(rest)
    const base = await baseline?.()
    if (count < 0) continue
    own.push(value)
    if (base !== undefined) bare.push(base)
  }
  const value = summarise(own)
  const base = baseline ? summarise(bare) : null
  const ratio = base === null ? null : value / base
  return {
    name,
    unit,
    median: value,
    baseline: base,
    ratio,
    goal: goal ? textOf(goal) : null,
    holds: goal ? holds(goal, value, ratio) : null,
    samples,
  }
}

async function ready(rest: number): Promise<void> {
  collectGarbage()
  if (rest > 0) await setTimeout(rest)
}

function textOf(goal: Goal): string {
  if ('atLeast' in goal) return `>= ${goal.atLeast}`
  return goal.orTimes === undefined ? `<= ${goal.atMost}` : `<= ${goal.atMost} | ${goal.orTimes}x`
}

function holds(goal: Goal, value: number, ratio: number | null): boolean {
  if ('atLeast' in goal) return (ratio ?? value) >= goal.atLeast
  if (goal.orTimes === undefined) return (ratio ?? value) <= goal.atMost
  return value <= goal.atMost || (ratio !== null && ratio <= goal.orTimes)
}

/** The machine on which it was measured. */
export function machineLine(): string {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} x ${cpu?.model.trim() ?? 'unknown processor'}, ${memory} GiB, Node ${process.version}, ${process.platform}`
}
