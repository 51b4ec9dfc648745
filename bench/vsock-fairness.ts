/** How connections of one enclave affect each other's throughput. */
import { fileURLToPath } from 'node:url'
import { compiledGuest } from '../scripts/compiled-guests.ts'
import { buildImage } from '../src/image/index.ts'
import { createParent, type VsockSocket } from '../src/parent/index.ts'
import { type Benchmark, timed } from './harness.ts'
import { connect } from './vsock-ends.ts'

const MIB = 1 << 20
const MEMORY_MIB = 128
const CONNECTIONS = 4
/** Bytes that each connection sends and receives in one sample. */
const SHARE = 8 * MIB
const GUEST = fileURLToPath(new URL('guests/echo-bytes.ts', import.meta.url))

async function exchange({ readable, writable }: VsockSocket): Promise<void> {
  const writer = writable.getWriter()
  const reader = readable.getReader()
  const write = async () => {
    for (let sent = 0; sent < SHARE; sent += 65536) await writer.write(new Uint8Array(65536))
  }
  const read = async () => {
    for (let left = SHARE; left > 0; ) left -= (await reader.read()).value?.byteLength ?? left
  }
  await Promise.all([write(), read()])
  writer.releaseLock()
  reader.releaseLock()
}

export const vsockFairness: Benchmark = {
  room: 'vsock',
  async measurements() {
    const { eif } = await buildImage({ app: { path: (await compiledGuest('echo-c')) ?? GUEST } })
    const parent = await createParent({ vcpus: 2, memoryMiB: 2 * MEMORY_MIB })
    const start = async () => {
      const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: MEMORY_MIB })
      const sockets: VsockSocket[] = []
      while (sockets.length < CONNECTIONS) sockets.push(await connect(enclave))
      const work = () => timed(() => Promise.all(sockets.map(exchange)))
      return { enclave, work }
    }
    const free = await start()
    const burdened = await start()
    const stopped = await connect(burdened.enclave)
    // Nobody reads the returned bytes, so this write fills every buffer on the way and then waits.
    const stuck = stopped.writable.getWriter()
    stuck.write(new Uint8Array(8 * MIB)).catch(() => {})
    return {
      rows: [
        {
          name: 'four echoes of 8 MiB beside one that nobody reads, without it',
          unit: 'ms',
          samples: 41,
          subject: burdened.work,
          baseline: free.work,
          goal: { atMost: 1.1 },
        },
      ],
      tearDown: () => parent.close(),
    }
  },
}
