/**
 * One-way throughput of one connection, compared with a bare ring between two Workers and with Node's Unix socket
 * between two processes. The host's reader passes its own array (`byob`), and the socket uses plain `data` events; the
 * rows without a goal show each of them the other way.
 */
import { RING_IN_LENGTH, RING_OUT_LENGTH } from '../src/boundary/shared-memory.ts'
import { createParent, type Enclave } from '../src/parent/index.ts'
import { BareRing } from './baselines/ring.ts'
import { UnixPeer } from './baselines/unix-socket.ts'
import { type Benchmark, type Goal, type Measurement, timed } from './harness.ts'
import { connect, Source, sendToSink, startGuest } from './vsock-ends.ts'

/** Long enough that the system assigns a CPU to each thread early in the measurement. */
const LARGE = { size: 65536, count: 8192, samples: 9 }
const SMALL = { size: 256, count: 131072, samples: 9 }

type Load = typeof LARGE

/** MB/s of `work`, which transfers `load`. */
const perSecond = async ({ size, count }: Load, work: (size: number, count: number) => Promise<void>) =>
  (size * count) / 1000 / (await timed(() => work(size, count)))

export const vsockThroughput: Benchmark = {
  room: 'vsock',
  async measurements() {
    const parent = await createParent({ vcpus: 4, memoryMiB: 512 })
    const guests = async (isolation: 'worker' | 'process') => ({
      source: new Source(await connect(await startGuest(parent, 'source-c', isolation))),
      sink: await startGuest(parent, 'sink-c', isolation),
    })
    const worker = await guests('worker')
    const process = await guests('process')
    const ringOut = new BareRing(RING_OUT_LENGTH)
    const ringIn = new BareRing(RING_IN_LENGTH)
    const peer = await UnixPeer.start()
    const array = new Uint8Array(65536)

    const bareOut = (size: number, count: number) => ringOut.carry(size, count)
    const bareIn = (size: number, count: number) => ringIn.carry(size, count)
    const unixIn = (size: number, count: number) => peer.receive(size, count)
    const unixInto = (size: number, count: number) => peer.receive(size, count, array)
    const unixOut = (size: number, count: number) => peer.send(size, count)
    const into = (source: Source) => (size: number, count: number) => source.receive(size, count, array)
    const plain = (source: Source) => (size: number, count: number) => source.receive(size, count)
    const to = (sink: Enclave) => (size: number, count: number) => sendToSink(sink, size, count)

    type Way = (size: number, count: number) => Promise<void>
    const row = (name: string, load: Load, subject: Way, baseline: Way, goal?: Goal): Measurement => ({
      name,
      unit: 'MB/s',
      samples: load.samples,
      subject: () => perSecond(load, subject),
      baseline: () => perSecond(load, baseline),
      ...(goal && { goal }),
    })
    return {
      rows: [
        row('64 KiB writes, guest to host, against a bare ring', LARGE, into(worker.source), bareOut, {
          atLeast: 0.5,
        }),
        row('64 KiB writes, host to guest, against a bare ring', LARGE, to(worker.sink), bareIn, {
          atLeast: 0.5,
        }),
        row('the same, guest to host, against a Unix socket', LARGE, into(worker.source), unixIn, {
          atLeast: 2,
        }),
        row('the same, host to guest, against a Unix socket', LARGE, to(worker.sink), unixOut, {
          atLeast: 2,
        }),
        row('256-byte writes, guest to host, against a Unix socket', SMALL, into(worker.source), unixIn, {
          atLeast: 2,
        }),
        row('256-byte writes, host to guest, against a Unix socket', SMALL, to(worker.sink), unixOut, {
          atLeast: 2,
        }),
        row('64 KiB, guest to host, both readers with their array', LARGE, into(worker.source), unixInto),
        row('64 KiB, guest to host, neither reader with one', LARGE, plain(worker.source), unixIn),
        row('process: 64 KiB, guest to host, against a Unix socket', LARGE, into(process.source), unixIn, {
          atLeast: 0.6,
        }),
        row('process: 64 KiB, host to guest, against a Unix socket', LARGE, to(process.sink), unixOut, {
          atLeast: 0.6,
        }),
      ],
      async tearDown() {
        await parent.close()
        await ringOut[Symbol.asyncDispose]()
        await ringIn[Symbol.asyncDispose]()
        await peer[Symbol.asyncDispose]()
      },
    }
  },
}
