/**
 * The service under load while enclaves of its pool are killed at random: `node endurance.ts SECONDS`. Prints as JSON what
 * was lost, how long the pool took to answer again and to be complete again, and how much memory the process had.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setImmediate as immediate, setTimeout as pause } from 'node:timers/promises'
import { createParent, type Enclave } from 'webclave'
import type { LoadReport } from './load.ts'
import { createService } from './service.ts'
import { startSigner } from './signer.ts'

const seconds = Number(process.argv[2] ?? 600)

const SIZE = 3
const MEMORY_MIB = 64
/** Milliseconds between two kills: random, up to this. */
const PAUSE = 2000
const MIB = 1048576
/** Milliseconds between two measurements of memory. */
const SAMPLE = Math.min(10_000, seconds * 100)

const parent = await createParent({ vcpus: SIZE + 1, memoryMiB: (SIZE + 1) * MEMORY_MIB })
const running = new Set<Enclave>()
const start = parent.start.bind(parent)
parent.start = async (...given) => {
  const enclave = await start(...given)
  running.add(enclave)
  void enclave.exited.then(() => running.delete(enclave))
  return enclave
}

const signer = await startSigner(SIZE, parent)
const app = createService(signer)
const url = await app.listen({ port: 0, host: '127.0.0.1' })

/** Resolves when the pool has all of its enclaves. */
async function complete(): Promise<void> {
  while (signer.stats().enclaves < SIZE) await pause(1)
}

/** Kills one enclave; the milliseconds until a call that is made then is answered, and until the pool is complete again. */
async function kill(): Promise<[answered: number, complete: number]> {
  const all = [...running]
  const victim = all[Math.floor(Math.random() * all.length)]!
  const begin = performance.now()
  const since = () => performance.now() - begin
  await victim.stop('killed by the endurance run')
  const next = signer.sign(new TextEncoder().encode('the next call')).then(since)
  // The pool notices it in this turn.
  await immediate()
  return Promise.all([next, complete().then(since)])
}

const median = (values: readonly number[], at = 0.5) =>
  Math.round(values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * at)]! * 10) / 10
const summary = (values: readonly number[]) => ({
  p50: median(values),
  p99: median(values, 0.99),
  max: median(values, 1),
})

// A warm-up, so that memory is measured when everything has been used.
const warmUp = fork(join(import.meta.dirname, 'load.ts'), [url, String(Math.max(2, seconds / 60))])
await once(warmUp, 'exit')

const load = fork(join(import.meta.dirname, 'load.ts'), [url, String(seconds)])
const reported = once(load, 'message') as Promise<[LoadReport]>
let isOver = false
const exited = once(load, 'exit').then(() => {
  isOver = true
})
const [memory, heap]: [number[], number[]] = [[], []]
const sampler = setInterval(() => {
  // With `--expose-gc`: what is only waiting for a collection is not counted.
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  memory.push(rss / MIB)
  heap.push(heapUsed / MIB)
}, SAMPLE)

const kills: [answered: number, complete: number][] = []
while (!isOver) {
  await Promise.race([pause(Math.random() * PAUSE), exited])
  if (!isOver) kills.push(await kill())
}
clearInterval(sampler)

const [report] = await reported
const part = Math.ceil(memory.length / 5)
console.log(
  JSON.stringify(
    {
      seconds,
      ...report,
      kills: kills.length,
      millisecondsToAnswer: summary(kills.map(([answered]) => answered)),
      millisecondsToComplete: summary(kills.map(([, whole]) => whole)),
      memoryMiB: { first: median(memory.slice(0, part)), last: median(memory.slice(-part)) },
      heapMiB: { first: median(heap.slice(0, part)), last: median(heap.slice(-part)) },
      pool: signer.stats().calls,
    },
    null,
    2,
  ),
)
await app.close()
await signer.stop()
