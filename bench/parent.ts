/** Starts and round trips, measured through the API of the parent instance. */
import { fileURLToPath } from 'node:url'
import { forgetComponents } from '../src/hypervisor/components.ts'
import { buildImage } from '../src/image/index.ts'
import { createParent } from '../src/parent/index.ts'
import { emptyWorker } from './baselines/empty-worker.ts'
import { PingPong } from './baselines/ping-pong.ts'
import { type Benchmark, timed } from './harness.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
const ROUND_TRIPS = 200
const GUEST = fileURLToPath(new URL('guests/echo-bytes.ts', import.meta.url))

export const parent: Benchmark = {
  room: 'parent',
  async measurements() {
    const { eif } = await buildImage({ app: { path: GUEST } })
    const instance = await createParent({ vcpus: 2, memoryMiB: 512 })
    const startTimed = async () => {
      const begin = performance.now()
      const started = await instance.start(eif, SHARE)
      const elapsed = performance.now() - begin
      await started.stop()
      return elapsed
    }
    const enclave = await instance.start(eif, SHARE)
    const socket = await enclave.connect(5000)
    const writer = socket.writable.getWriter()
    const reader = socket.readable.getReader()
    const bytes = new Uint8Array(64)
    const vsockTrips = async () => {
      for (let count = 0; count < ROUND_TRIPS; count++) {
        await writer.write(bytes)
        await reader.read()
      }
    }
    const pingPong = new PingPong()
    const messageTrips = () => pingPong.trips(bytes, ROUND_TRIPS)
    const perTrip = async (work: () => Promise<void>) => ((await timed(work)) * 1000) / ROUND_TRIPS
    return {
      rows: [
        {
          name: 'a start with everything cached, against an empty Worker',
          unit: 'ms',
          samples: 15,
          subject: startTimed,
          baseline: () => timed(emptyWorker),
          goal: { atMost: 6 },
        },
        {
          name: 'a start with nothing cached, against an empty Worker',
          unit: 'ms',
          samples: 9,
          subject: () => {
            forgetComponents()
            return startTimed()
          },
          baseline: () => timed(emptyWorker),
        },
        {
          name: 'a round trip of 64 bytes (TypeScript guest), against postMessage',
          unit: 'µs',
          samples: 21,
          subject: () => perTrip(vsockTrips),
          baseline: () => perTrip(messageTrips),
        },
      ],
      async tearDown() {
        await pingPong[Symbol.asyncDispose]()
        await instance.close()
      },
    }
  },
}
