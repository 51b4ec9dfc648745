/**
 * wasi:clocks, with a resolution of one millisecond, because finer clocks enable timing attacks on neighbours; one
 * microsecond if the image requests it and the parent allows it.
 */
import type { KernelLink } from './link.ts'
import { type Poll, Pollable } from './poll.ts'
import { withLowering } from './resource.ts'

const NANOSECONDS = 1_000_000n
const COARSE = NANOSECONDS
const FINE = 1000n

/** Creates both clock interfaces; `wallClock` returns milliseconds since 1970. */
export function createClocks(
  link: KernelLink,
  { pollables }: Poll,
  wallClock: () => number,
  isFine: boolean,
): Record<'monotonic-clock' | 'wall-clock', Record<string, unknown>> {
  const resolution = isFine ? FINE : COARSE
  const steps = Number(NANOSECONDS / resolution)
  const now = () => BigInt(Math.floor(link.now() * steps)) * resolution
  const passed = () => true
  const never = () => false
  const until = (instant: bigint) => {
    const left = instant - now()
    if (left <= 0n) return new Pollable(passed)
    // Rounded up, because the link waits in whole milliseconds.
    return new Pollable(never, link.now() + Number((left + NANOSECONDS - 1n) / NANOSECONDS))
  }
  const after = (duration: bigint) => until(now() + BigInt.asUintN(64, duration))
  const lowerWith =
    (make: (time: bigint) => Pollable) =>
    ({ resourceTables }: { resourceTables: Parameters<typeof pollables.createHandle>[1][] }) =>
    (time: bigint) =>
      pollables.createHandle(make(BigInt.asUintN(64, time)), resourceTables[0]!)
  return {
    'monotonic-clock': {
      now: withLowering(now, () => now),
      resolution: () => resolution,
      subscribeInstant: withLowering((when: bigint) => pollables.create(until(when)), lowerWith(until)),
      subscribeDuration: withLowering((when: bigint) => pollables.create(after(when)), lowerWith(after)),
    },
    'wall-clock': {
      now() {
        const milliseconds = Math.floor(wallClock())
        return {
          seconds: BigInt(Math.floor(milliseconds / 1000)),
          nanoseconds: (milliseconds % 1000) * Number(NANOSECONDS),
        }
      },
      resolution: () => ({ seconds: 0n, nanoseconds: Number(COARSE) }),
    },
  }
}
