/**
 * How long an enclave that is never quiet keeps other tasks of the parent's thread from their turn, while another enclave
 * is asked and answers. The baseline is the same with a bare Worker that spins in the hostile one's place.
 */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { parse } from '@bytecodealliance/jco'
import { buildImage } from '../src/image/index.ts'
import { type Enclave, Parent, type StartOptions } from '../src/parent/index.ts'
import { type Benchmark, type Measurement, percentile99 } from './harness.ts'
import { connect, echoTrips } from './vsock-ends.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
/** Milliseconds for which the loop is watched in one sample. */
const WINDOW = 400
const SAMPLES = 15
const ECHO = fileURLToPath(new URL('guests/echo-bytes.ts', import.meta.url))
const hostile = (name: string) =>
  readFile(new URL(`../guests/hostile/${name}`, import.meta.url), 'utf8').then(parse)

/** Milliseconds between one turn of a timer of a millisecond and the next, for as long as `WINDOW`. */
function watchLoop(): Promise<number[]> {
  const blocks: number[] = []
  let last = performance.now()
  const end = last + WINDOW
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now()
      blocks.push(now - last)
      last = now
      if (now < end) return
      clearInterval(timer)
      resolve(blocks)
    }, 1)
  })
}

type Sum = (blocks: readonly number[]) => number
const longest: Sum = (blocks) => Math.max(...blocks)

export const eventLoop: Benchmark = {
  room: 'hypervisor',
  async measurements() {
    const parent = await Parent.create({ vcpus: 4, memoryMiB: 512 })
    parent.listen(8000, () => {})
    const echo = await parent.start((await buildImage({ app: { path: ECHO } })).eif, SHARE)
    const trips = echoTrips(await connect(echo), new Uint8Array(100))
    const printing = (await buildImage({ app: { component: await hostile('chatty.wat') } })).eif
    const knocking = (await buildImage({ app: { component: await hostile('knocking.wat') } })).eif

    /** The loop's blocks while the other enclave is asked; it must have answered. */
    const watchServed = async (): Promise<number[]> => {
      let over = false
      let served = 0
      const asking = (async () => {
        for (; !over; served++) await trips(1)
      })()
      const blocks = await watchLoop()
      over = true
      await asking
      if (served === 0) throw new Error('bench: the other enclave was not served')
      return blocks
    }
    const besideSpinning = async (sum: Sum) => {
      const worker = new Worker('for (;;);', { eval: true })
      await new Promise((resolve) => worker.once('online', resolve))
      try {
        return sum(await watchServed())
      } finally {
        await worker.terminate()
      }
    }
    const beside = async (eif: Uint8Array, isolation: StartOptions['isolation'], sum: Sum) => {
      const options = { ...SHARE, debug: true, ...(isolation && { isolation }) }
      const enclave: Enclave = await parent.start(eif, options)
      try {
        return sum(await watchServed())
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
        const row = (name: string, sum: Sum, atMost: number): Measurement => ({
          name: `${name} beside one that ${does} for ever, in a ${isolation}`,
          unit: 'ms',
          samples: SAMPLES,
          subject: () => beside(eif, isolation, sum),
          baseline: () => besideSpinning(sum),
          goal: { atMost },
        })
        return [row('loop blocked (p99)', percentile99, 10), row('loop blocked (longest)', longest, 10)]
      }),
    )
    return { rows, tearDown: () => parent.close() }
  },
}
