/** Round trips: 64 bytes to a C guest that echoes them, and one request of a guest to the QTSM. */
import { createParent, type Parent } from '../src/parent/index.ts'
import { ExtismPlugin } from './baselines/extism.ts'
import { PingPong } from './baselines/ping-pong.ts'
import { UnixPeer } from './baselines/unix-socket.ts'
import { type Benchmark, type Goal, type Measurement, timed } from './harness.ts'
import { connect, echoTrips, startGuest } from './vsock-ends.ts'

const BYTES = new Uint8Array(64)
/** Long enough that the system assigns a CPU to each thread early in the measurement. */
const TRIPS = 4000
const SAMPLES = 11

type Trips = (count: number) => Promise<void>

/** The guest `registers-c` reads a PCR `count` times per request. */
async function registerReads(parent: Parent): Promise<Trips> {
  const { readable, writable } = await connect(await startGuest(parent, 'registers-c', 'worker'))
  const writer = writable.getWriter()
  const reader = readable.getReader()
  return async (count) => {
    const request = new DataView(new ArrayBuffer(4))
    request.setUint32(0, count, true)
    await writer.write(new Uint8Array(request.buffer))
    const { value } = await reader.read()
    if (value?.[0] !== 1) throw new Error('bench: a PCR could not be read')
  }
}

async function unixTrips(peer: UnixPeer): Promise<Trips> {
  const socket = await peer.echo()
  return async (count) => {
    for (let done = 0; done < count; done++) {
      socket.write(BYTES)
      await new Promise((resolve) => socket.once('data', resolve))
    }
  }
}

export const vsockRoundTrip: Benchmark = {
  room: 'vsock',
  async measurements() {
    const parent = await createParent({ vcpus: 3, memoryMiB: 512 })
    const echo = async (isolation: 'worker' | 'process') =>
      echoTrips(await connect(await startGuest(parent, 'echo-c', isolation)), BYTES)
    const inWorker = await echo('worker')
    const inProcess = await echo('process')
    const registers = await registerReads(parent)
    const pingPong = new PingPong()
    const plugin = await ExtismPlugin.start()
    const peer = await UnixPeer.start()
    const unix = await unixTrips(peer)
    const messages: Trips = (count) => pingPong.trips(BYTES, count)
    const calls: Trips = (count) => plugin.calls(BYTES, count)

    const perTrip = async (trips: Trips) => ((await timed(() => trips(TRIPS))) * 1000) / TRIPS
    const row = (name: string, subject: Trips, baseline: Trips, goal: Goal): Measurement => ({
      name,
      unit: 'µs',
      samples: SAMPLES,
      subject: () => perTrip(subject),
      baseline: () => perTrip(baseline),
      goal,
    })
    return {
      rows: [
        row('a round trip of 64 bytes, against postMessage', inWorker, messages, { atMost: 1.2 }),
        row('the same, against a call of an Extism plugin in a Worker', inWorker, calls, { atMost: 0.7 }),
        row('describe_pcr, against a round trip of 64 bytes', registers, inWorker, { atMost: 1.2 }),
        row('process: a round trip, against a Unix socket', inProcess, unix, { atMost: 1.5 }),
      ],
      async tearDown() {
        await parent.close()
        await pingPong[Symbol.asyncDispose]()
        await plugin[Symbol.asyncDispose]()
        await peer[Symbol.asyncDispose]()
      },
    }
  },
}
