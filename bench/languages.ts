/** Guests in C and Rust, whose component is small, against an empty Worker. */
import { compiledGuest } from '../scripts/compiled-guests.ts'
import { buildImage } from '../src/image/index.ts'
import { createParent, type Parent } from '../src/parent/index.ts'
import { emptyWorker } from './baselines/empty-worker.ts'
import { type Benchmark, type Measurement, timed, UNTIL_SPARE } from './harness.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
const guests = ['echo-server-c', 'echo-rust']

/** Milliseconds from a start to the first echo. */
async function firstAnswer(parent: Parent, image: Parameters<Parent['start']>[0]): Promise<number> {
  const started = performance.now()
  const enclave = await parent.start(image, SHARE)
  const connect = () => enclave.connect(5000).catch(() => undefined)
  let socket = await connect()
  while (!socket) {
    await new Promise((resolve) => setImmediate(resolve))
    socket = await connect()
  }
  const reader = socket.readable.getReader()
  await socket.writable.getWriter().write(new Uint8Array(64))
  await reader.read()
  const time = performance.now() - started
  await enclave.stop()
  return time
}

export const languages: Benchmark = {
  room: 'languages',
  async measurements() {
    const parent = await createParent({ vcpus: 8, memoryMiB: 1024 })
    const rows: Measurement[] = []
    for (const name of guests) {
      const path = await compiledGuest(name)
      if (path === undefined) continue
      const { eif } = await buildImage({ app: { path } })
      const image = await parent.prepare(eif, { memoryMiB: 64 })
      rows.push({
        name: `start to first answer of ${name}, everything cached, against an empty Worker`,
        unit: 'ms',
        samples: 15,
        rest: UNTIL_SPARE,
        subject: () => firstAnswer(parent, image),
        baseline: () => timed(emptyWorker),
        goal: { atMost: 1.2 },
      })
    }
    return { rows, tearDown: () => parent.close() }
  },
}
