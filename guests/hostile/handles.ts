/** Opens connections, listeners and pollables without end, and says how far it got with each. */
import { Connection, Listener } from 'qingtian:enclave/vsock'
import { subscribeDuration } from 'wasi:clocks/monotonic-clock'

const MAX_TRIES = 100_000
const kept: unknown[] = []

/** How often `open` succeeds before it fails. */
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
// The last of all: where there is no error code to give, the program is trapped.
countUntilFailure(() => subscribeDuration(1e15))
