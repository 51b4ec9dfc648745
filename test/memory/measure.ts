/** `node --expose-gc measure.ts NAME`: drives one row in this process, and prints the growth of its memory in bytes. */
import { setTimeout as pause } from 'node:timers/promises'
import { CONTROL, ROWS } from './rows.ts'

const collect = (globalThis as unknown as { gc(): void }).gc

/** Resident bytes after all garbage was collected. */
async function resident(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let times = 0; times < 4; times++) {
    collect()
    // Finalizers release memory in later tasks.
    await pause(20)
    least = Math.min(least, process.memoryUsage.rss())
  }
  return least
}

const name = process.argv[2]!
const row = name === 'control' ? CONTROL : ROWS[name]!
await row.prepare?.()
const before = await resident()
const kept = await row.drive()
const after = await resident()
process.stdout.write(JSON.stringify({ grown: after - before, kept: typeof kept }), () => process.exit())
