/**
 * A fleet of three members against one of one. The members are in this process, which may have few processors, so their work
 * is simulated: a call takes 10 ms of its enclave, and an enclave does one after the other. Needs `nats-server`.
 */
import { fileURLToPath } from 'node:url'
import { createFleetClient, type FleetClient, joinFleet } from '../src/fleet/index.ts'
import { buildImage } from '../src/image/index.ts'
import { createParent } from '../src/parent/index.ts'
import { NATS_SERVER, startNats } from '../test/support/nats.ts'
import { type Benchmark, timed } from './harness.ts'

type Service = { work(): boolean }

const CALLERS = 24
const CALLS = 240
const [ONE, THREE] = ['one', 'three']

/** Milliseconds for each call, of which many are under way. */
async function milliseconds(fleet: FleetClient): Promise<number> {
  const call = fleet.calls<Service>()
  let left = CALLS
  const caller = async () => {
    while (left-- > 0) await call.work()
  }
  return (await timed(() => Promise.all(Array.from({ length: CALLERS }, caller)))) / CALLS
}

export const fleet: Benchmark = {
  room: 'fleet',
  async measurements() {
    if (NATS_SERVER === undefined) {
      console.error('LEFT OUT: fleets, because nats-server is not installed')
      return { rows: [], tearDown: async () => {} }
    }
    const server = await startNats()
    const parent = await createParent({ vcpus: 8, memoryMiB: 1024 })
    const { eif, pcrs } = await buildImage({
      app: { path: fileURLToPath(new URL('guests/fleet.ts', import.meta.url)) },
    })
    const image = await parent.prepare(eif, { memoryMiB: 64 })
    const join = (name: string) => joinFleet(image, { nats: server.url, name, parent })
    const members = await Promise.all([ONE, THREE, THREE, THREE].map(join))
    const open = (name: string) =>
      createFleetClient({ nats: server.url, name, roots: parent.rootCertificate, pcrs, lookAgain: 500 })
    const [one, three] = await Promise.all([open(ONE), open(THREE)])
    while (three.enclaves().length < 3) await milliseconds(three)
    return {
      rows: [
        {
          name: 'a call of a fleet of three members, against one member (simulated work)',
          unit: 'ms',
          samples: 7,
          subject: () => milliseconds(three),
          baseline: () => milliseconds(one),
          goal: { atMost: 0.45 },
        },
      ],
      async tearDown() {
        await Promise.all([one.close(), three.close()])
        await Promise.all(members.map((member) => member.leave()))
        await parent.close()
        await server.stop()
      },
    }
  },
}
