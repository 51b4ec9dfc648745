/**
 * How long an always active enclave blocks other tasks of the parent's thread, while another enclave answers requests:
 * the time between two ticks of a timer, and the CPU time that the parent's thread used in between, which is meaningful
 * on a busy machine, too. The baseline is the same with a bare Worker that spins instead of the hostile enclave.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { parse } from '@bytecodealliance/jco'
import { buildImage } from '../src/image/index.ts'
import { createParent, type Enclave, type StartOptions } from '../src/parent/index.ts'
import { type Benchmark, type Measurement, percentile99 } from './harness.ts'
import { connect, echoTrips } from './vsock-ends.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
/** Milliseconds of one sample. */
const WINDOW = 400
const SAMPLES = 10
const ECHO = fileURLToPath(new URL('guests/echo-bytes.ts', import.meta.url))
const hostile = (name: string) =>
  readFile(new URL(`../guests/hostile/${name}`, import.meta.url), 'utf8').then(parse)

/** The intervals, in milliseconds, between the ticks of a 1 ms timer during `WINDOW`. */
interface Intervals {
  /** Elapsed time. */
  blocked: number[]
  /** CPU time of this thread. */
  busy: number[]
}

function processorTime(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function watchLoop(): Promise<Intervals> {
  const watched: Intervals = { blocked: [], busy: [] }
  let last = performance.now()
  let lastBusy = processorTime()
  const end = last + WINDOW
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now()
      const nowBusy = processorTime()
      watched.blocked.push(now - last)
      watched.busy.push(nowBusy - lastBusy)
      last = now
      lastBusy = nowBusy
      if (now < end) return
      clearInterval(timer)
      resolve(watched)
    }, 1)
  })
}

/** Runs `work` once for all rows that report a part of its result: each row uses every result once. */
function shared<Result>(work: () => Promise<Result>): () => () => Promise<Result> {
  const results: Promise<Result>[] = []
  return () => {
    let at = 0
    return () => (results[at++] ??= work())
  }
}

type Figure = {
  name: string
  statistic: NonNullable<Measurement['statistic']>
  goal: NonNullable<Measurement['goal']>
  of: keyof Intervals
  sum(times: number[]): number
}
const longest = (times: number[]) => Math.max(...times)

/**
 * The goals are in milliseconds; on a busy machine the figure may instead be a multiple of the baseline's. Each sample
 * counts with its longest interval, and the worst sample counts.
 */
const FIGURES: readonly Figure[] = [
  {
    name: 'loop blocked (p99)',
    of: 'blocked',
    sum: percentile99,
    statistic: 'median',
    goal: { atMost: 20, orTimes: 2 },
  },
  {
    name: 'loop blocked (longest)',
    of: 'blocked',
    sum: longest,
    statistic: 'p99',
    goal: { atMost: 50, orTimes: 3 },
  },
  {
    name: 'thread busy (p99)',
    of: 'busy',
    sum: percentile99,
    statistic: 'median',
    goal: { atMost: 20, orTimes: 2 },
  },
  {
    name: 'thread busy (longest)',
    of: 'busy',
    sum: longest,
    statistic: 'p99',
    goal: { atMost: 50, orTimes: 2 },
  },
]

export const eventLoop: Benchmark = {
  room: 'hypervisor',
  async measurements() {
    const parent = await createParent({ vcpus: 4, memoryMiB: 512 })
    parent.listen(8000, () => {})
    const echo = await parent.start((await buildImage({ app: { path: ECHO } })).eif, SHARE)
    const trips = echoTrips(await connect(echo), new Uint8Array(100))
    const printing = (await buildImage({ app: { component: await hostile('chatty.wat') } })).eif
    const knocking = (await buildImage({ app: { component: await hostile('knocking.wat') } })).eif

    /** The blocks of the event loop while the other enclave is queried, which must answer. */
    const watchServed = async (): Promise<Intervals> => {
      let over = false
      let served = 0
      const asking = (async () => {
        for (; !over; served++) await trips(1)
      })()
      const watched = await watchLoop()
      over = true
      await asking
      if (served === 0) throw new Error('bench: the other enclave did not answer')
      return watched
    }
    const besideSpinning = async () => {
      const worker = new Worker('for (;;);', { eval: true })
      await new Promise((resolve) => worker.once('online', resolve))
      try {
        return await watchServed()
      } finally {
        await worker.terminate()
      }
    }
    const beside = async (eif: Uint8Array, isolation: StartOptions['isolation']) => {
      const options = { ...SHARE, debug: true, ...(isolation && { isolation }) }
      const enclave: Enclave = await parent.start(eif, options)
      try {
        return await watchServed()
      } finally {
        await enclave.stop()
      }
    }
    const rows = (['worker', 'process'] as const).flatMap((isolation) =>
      (
        [
          ['prints', printing],
          ['connects', knocking],
        ] as const
      ).flatMap(([does, eif]): Measurement[] => {
        const own = shared(() => beside(eif, isolation))
        const bare = shared(besideSpinning)
        return FIGURES.map(({ name, of, sum, statistic, goal }) => {
          const [subject, baseline] = [own(), bare()]
          return {
            name: `${name} beside one that ${does} for ever, in a ${isolation}`,
            unit: 'ms',
            samples: SAMPLES,
            statistic,
            subject: async () => sum((await subject())[of]),
            baseline: async () => sum((await baseline())[of]),
            goal,
          }
        })
      }),
    )
    return { rows, tearDown: () => parent.close() }
  },
}
