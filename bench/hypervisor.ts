/**
 * Ending a guest that spins: how long `stop` takes until all of it has ended, at the 99th percentile. The baseline is
 * the end of a bare Worker, or process, that spins; if the machine is too busy for the bound, it is too busy for the
 * baseline as well.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { parse } from '@bytecodealliance/jco'
import { buildImage } from '../src/image/index.ts'
import { createParent, type Enclave, type StartOptions } from '../src/parent/index.ts'
import { type Benchmark, type Measurement, timed } from './harness.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
const SAMPLES = 100
const GOAL = { atMost: 50, orTimes: 3 }
/** Milliseconds that a guest spins before it is stopped, so that it is in its loop. */
const SPINNING = 20

const SPIN = `(component
  (core module $m (func (export "run") (result i32) (loop (br 0)) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $runs (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $runs)))`

const BARE_SPIN = 'for (;;);'
const spinning = () => new Promise((resolve) => setTimeout(resolve, SPINNING))

const endTimed = {
  async worker(): Promise<number> {
    const worker = new Worker(BARE_SPIN, { eval: true })
    await once(worker, 'online')
    await spinning()
    return timed(() => worker.terminate())
  },
  async process(): Promise<number> {
    const child = spawn(process.execPath, ['-e', BARE_SPIN], { stdio: 'ignore' })
    await once(child, 'spawn')
    await spinning()
    return timed(() => {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      return gone
    })
  },
}

export const hypervisor: Benchmark = {
  room: 'hypervisor',
  async measurements() {
    const { eif } = await buildImage({ app: { component: new Uint8Array(await parse(SPIN)) } })
    const instance = await createParent({ vcpus: 2, memoryMiB: 256 })
    const stopTimed = async (isolation: NonNullable<StartOptions['isolation']>) => {
      const enclave: Enclave = await instance.start(eif, { ...SHARE, isolation })
      await spinning()
      return timed(() => enclave.stop())
    }
    const row = (isolation: 'worker' | 'process'): Measurement => ({
      name: `stop() of a guest that spins, in a ${isolation} (p99)`,
      unit: 'ms',
      samples: SAMPLES,
      statistic: 'p99',
      subject: () => stopTimed(isolation),
      baseline: () => endTimed[isolation](),
      goal: GOAL,
    })
    return { rows: [row('worker'), row('process')], tearDown: () => instance.close() }
  },
}
