/** Ending a guest that spins: how long `stop` takes until nothing of it runs any more, at the 99th percentile. */
import { parse } from '@bytecodealliance/jco'
import { buildImage } from '../src/image/index.ts'
import { type Enclave, Parent, type StartOptions } from '../src/parent/index.ts'
import { type Benchmark, type Measurement, timed } from './harness.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
const SAMPLES = 100
const GOAL = 50
/** Milliseconds that a guest spins before it is stopped: it is in its loop by then. */
const SPINNING = 20

const SPIN = `(component
  (core module $m (func (export "run") (result i32) (loop (br 0)) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $runs (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $runs)))`

export const hypervisor: Benchmark = {
  room: 'hypervisor',
  async measurements() {
    const { eif } = await buildImage({ app: { component: new Uint8Array(await parse(SPIN)) } })
    const instance = await Parent.create({ vcpus: 2, memoryMiB: 256 })
    const stopTimed = async (isolation: NonNullable<StartOptions['isolation']>) => {
      const enclave: Enclave = await instance.start(eif, { ...SHARE, isolation })
      await new Promise((resolve) => setTimeout(resolve, SPINNING))
      return timed(() => enclave.stop())
    }
    const row = (isolation: 'worker' | 'process'): Measurement => ({
      name: `stop() of a guest that spins, in a ${isolation} (p99)`,
      unit: 'ms',
      samples: SAMPLES,
      statistic: 'p99',
      subject: () => stopTimed(isolation),
      goal: { atMost: GOAL },
    })
    return { rows: [row('worker'), row('process')], tearDown: () => instance.close() }
  },
}
