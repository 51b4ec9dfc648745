/**
 * Tells an enclave that spins from one that waits: looks again and again whether its kernel sleeps, adds up the time in
 * which it did not, and ends it when that is more than it was given.
 */
import { End, Phase, ringBell, type SharedMemory, Word } from '../kernel/shared-memory.ts'

/** Milliseconds between two looks: the error of the sum. */
const PERIOD = 10

/** Watches until the function that it gives is called. Without a limit there is nothing to watch. */
export function watch({ words }: SharedMemory, cpuLimit: number | undefined): () => void {
  if (cpuLimit === undefined) return () => {}
  let busy = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    // Its boot is bounded by the start deadline; what the program spends begins with the program.
    const runs = Atomics.load(words, Word.PHASE) === Phase.RUNNING
    if (runs && Atomics.load(words, Word.ASLEEP) === 0) busy += now - last
    last = now
    if (busy <= cpuLimit) return
    clearInterval(timer)
    Atomics.store(words, Word.END, End.CPU_LIMIT)
    Atomics.store(words, Word.PHASE, Phase.ENDED)
    ringBell(words, Word.HYPERVISOR_BELL)
  }, PERIOD)
  return () => clearInterval(timer)
}
