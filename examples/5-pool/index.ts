/** More calls than a pool can do: what waits, what is refused, and what it counts. */
import { join } from 'node:path'
import { EnclaveError } from 'webclave'
import { buildImage } from 'webclave/image'
import { createPool } from 'webclave/pool'
import type { handlers } from './guest/index.ts'

const CALLS = 2000

const { eif } = await buildImage({ app: { path: join(import.meta.dirname, 'guest') } })
await using pool = await createPool<typeof handlers>(eif, {
  size: 2,
  concurrency: 16,
  maxQueue: 200,
  recycleAfter: 1000,
})

/** The code of its error, if the call fails. */
async function outcome(number: number): Promise<string> {
  try {
    return (await pool.call.square({ number })) === number * number ? 'answered' : 'WRONG'
  } catch (error) {
    if (error instanceof EnclaveError) return error.code
    throw error
  }
}

/** How often each outcome occurs. */
function counted(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const each of outcomes) counts[each] = (counts[each] ?? 0) + 1
  return counts
}

// All at once: 16 for each enclave that runs already begin, 200 wait, and the pool refuses the others at once. They were
// not begun.
const burst = Array.from({ length: CALLS }, (_, index) => outcome(index))
console.log('all at once ', counted(await Promise.all(burst)))

// In turns, so that the queue never overflows.
const steady: string[] = []
const begin = performance.now()
for (let at = 0; at < CALLS; at += 200)
  steady.push(...(await Promise.all(Array.from({ length: 200 }, (_, index) => outcome(at + index)))))
const seconds = (performance.now() - begin) / 1000
console.log('200 at a time', counted(steady), `${Math.round(CALLS / seconds)} per second`)

const { starts, ends, calls } = pool.stats()
console.log('counted     ', { starts, ends, calls })
