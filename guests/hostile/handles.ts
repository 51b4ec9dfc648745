/** Opens as many connections, listeners and pollables as possible, and reports how many of each it got. */
import { Connection, Listener } from 'qingtian:enclave/vsock'
import { subscribeDuration } from 'wasi:clocks/monotonic-clock'

const MAX_TRIES = 100_000
const kept: unknown[] = []

/** The number of successful calls of `open` before it fails. */
function countUntilFailure(open: (count: number) => unknown): number {
  for (let count = 0; count < MAX_TRIES; count++) {
    try {
      kept.push(open(count))
    } catch {
      return count
    }
  }
  return MAX_TRIES
}

const connections = countUntilFailure(() => Connection.connect({ cid: 3, port: 8000 }))
const listeners = countUntilFailure((count) => Listener.listen(10_000 + count, 1))
console.log(`connections ${connections} listeners ${listeners}`)
// The last call: this function has no error code, so the program is trapped.
countUntilFailure(() => subscribeDuration(1e15))
