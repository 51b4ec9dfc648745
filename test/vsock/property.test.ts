/**
 * No bytes are lost: random operations on many connections, from both ends, compared with a model of what each end wrote
 * and read. Every byte arrives once and in order, unless the reader has stopped reading or was notified of a reset.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Connection } from '../../src/vsock/connection.ts'
import { Shutdown } from '../../src/vsock/packet.ts'
import { Pair, readBytes, type Side } from './pair.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 20_000 : 1000
const PORT = 5000
const MIB = 1 << 20
const ENDS = ['parent', 'enclave'] as const

type EndName = (typeof ENDS)[number]

/** All streams send parts of this random text, whose length does not divide a ring's. */
const TEXT = crypto.getRandomValues(new Uint8Array(65536 - 15))
const LONG = Buffer.concat(Array.from({ length: 2 + MIB / TEXT.byteLength }, () => TEXT))
const part = (from: number, length: number) => LONG.subarray(from % TEXT.byteLength).subarray(0, length)

/** One end of a connection, and the model of what it did. */
class End {
  readonly connection: Connection
  readonly side: Side
  /** The offset in the text at which this end's bytes begin. */
  readonly seed: number
  /** The number of bytes that it still has to write. */
  pending = 0
  written = 0
  read = 0
  paused = false
  /** Whether it has stopped reading. */
  stopped = false
  /** Whether it has reset the connection. */
  didReset = false
  /** Whether it has ended its side. */
  finished = false

  constructor(connection: Connection, side: Side, seed: number) {
    this.connection = connection
    this.side = side
    this.seed = seed
  }

  /** Writes as many pending bytes as the connection accepts now. */
  push(): boolean {
    let pushed = false
    while (this.pending > 0) {
      const bytes = part(this.seed + this.written, this.pending)
      const count = this.connection.write(bytes, this.side.out.room)
      if (count === 0) break
      this.written += count
      this.pending -= count
      pushed = true
    }
    return pushed
  }

  /** Reads one chunk, and checks that `peer` wrote these bytes. */
  take(limit: number, peer: End): boolean {
    const bytes = readBytes(this.connection, limit)
    if (bytes.byteLength === 0) return false
    if (Buffer.compare(bytes, part(peer.seed + this.read, bytes.byteLength)) !== 0)
      throw new Error(`wrong bytes at ${this.read}`)
    this.read += bytes.byteLength
    return true
  }
}

/** A random operation on one end of one connection, with a size. */
const size = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 300 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 70_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: MIB }) },
)
const operation = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant('write') },
    { weight: 8, arbitrary: fc.constantFrom('read', 'await') },
    { weight: 6, arbitrary: fc.constant('deliver') },
    { weight: 3, arbitrary: fc.constant('settle') },
    { weight: 2, arbitrary: fc.constantFrom('pause', 'resume', 'open') },
    { weight: 1, arbitrary: fc.constantFrom('end', 'stop', 'close', 'reset') },
  ),
  at: fc.nat({ max: 7 }),
  end: fc.constantFrom(...ENDS),
  size,
})
type Operation = typeof operation extends fc.Arbitrary<infer Kind> ? Kind : never

/** The pair, its connections and their models. */
class Simulation {
  readonly pair = new Pair()
  readonly links: Record<EndName, End>[] = []

  constructor() {
    for (const name of ENDS) this.pair[name].listening.set(PORT, { hasRoom: () => true, accept: () => {} })
  }

  /** Opens a connection from one end; the other end accepts it. */
  open(from: EndName): void {
    const to = from === 'parent' ? 'enclave' : 'parent'
    const connecting = this.pair[from].endpoint.connect(PORT)
    let accepted: Connection | undefined
    this.pair[to].listening.set(PORT, {
      hasRoom: () => true,
      accept: (connection) => {
        accepted = connection
      },
    })
    this.pair.settle()
    if (!accepted) throw new Error('the connection was not accepted')
    const seed = this.links.length * 4099
    const ends = [new End(connecting, this.pair[from], seed), new End(accepted, this.pair[to], seed + 2048)]
    this.links.push({ [from]: ends[0]!, [to]: ends[1]! } as Record<EndName, End>)
  }

  perform({ kind, at, end: name, size: count }: Operation): void {
    if (kind === 'open') return this.open(name)
    if (kind === 'settle') return this.pair.settle()
    const link = this.links[at % this.links.length]!
    const end = link[name]
    const peer = link[name === 'parent' ? 'enclave' : 'parent']
    const { endpoint } = end.side
    switch (kind) {
      case 'write':
        if (!end.finished) end.pending += count
        end.push()
        break
      case 'read':
        if (!end.paused) end.take(count, peer)
        break
      case 'await':
        // The arriving payload may be borrowed from the ring: a part is read now, and the rest after another packet.
        end.connection.isAwaited = true
        while (end.side.receive());
        end.connection.isAwaited = false
        if (!end.paused) end.take(count, peer)
        break
      case 'deliver':
        for (let packet = 0; packet < (count & 7) && end.side.receive(); packet++);
        endpoint.flush()
        break
      case 'pause':
        end.paused = true
        break
      case 'resume':
        end.paused = false
        break
      case 'end':
        end.pending = 0
        end.finished = true
        end.connection.shutdown(Shutdown.SEND)
        break
      case 'stop':
        end.stopped = true
        end.connection.shutdown(Shutdown.RECEIVE)
        break
      case 'close':
        end.pending = 0
        end.finished = true
        end.stopped = true
        endpoint.closeConnection(end.connection)
        break
      case 'reset':
        end.didReset ||= end.connection.state !== 'closed'
        end.stopped = true
        end.connection.abort('reset', true)
        break
    }
  }

  /** Delivers, writes and reads until nothing changes. If `paused`, paused ends do not read. */
  drain(paused: boolean): void {
    for (let moved = true; moved; ) {
      moved = false
      this.pair.settle()
      for (const { parent, enclave } of this.links) {
        for (const [end, peer] of [
          [parent, enclave],
          [enclave, parent],
        ] as const) {
          if (end.push()) moved = true
          if (paused && end.paused) continue
          while (end.take(MIB, peer)) moved = true
        }
      }
    }
  }

  /** Checks the direction from `writer` to `reader` after `drain`. */
  check(writer: End, reader: End): void {
    expect(reader.read).toBeLessThanOrEqual(writer.written)
    const wasReset = reader.connection.closeReason === 'reset'
    if (!wasReset && !reader.stopped) {
      expect(reader.read).toBe(writer.written)
      if (writer.finished) expect(reader.connection.ended).toBe(true)
    }
    // The writer knows that it cannot write the rest.
    if (writer.pending > 0) expect(writer.connection.writable).toBe(false)
    if (!writer.didReset && !reader.didReset) {
      expect([writer.connection.closeReason, reader.connection.closeReason]).not.toContain('reset')
    }
  }
}

/** Runs one sequence; returns the number of bytes that were read. */
function run(operations: readonly Operation[]): number {
  const simulation = new Simulation()
  simulation.open('parent')
  for (const each of operations) simulation.perform(each)
  simulation.drain(true)
  simulation.drain(false)
  let read = 0
  for (const { parent, enclave } of simulation.links) {
    simulation.check(parent, enclave)
    simulation.check(enclave, parent)
    read += parent.read + enclave.read
  }
  for (const { parent, enclave } of simulation.links) {
    parent.side.endpoint.closeConnection(parent.connection)
    enclave.side.endpoint.closeConnection(enclave.connection)
  }
  simulation.pair.settle()
  expect([simulation.pair.parent.endpoint.size, simulation.pair.enclave.endpoint.size]).toEqual([0, 0])
  return read
}

describe('every byte arrives once and in order, or there is an error', () => {
  test(`in ${RUNS} random sequences of operations`, { timeout: RUNS * 100 }, () => {
    let read = 0
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 200, size: 'max' }), (operations) => {
        read += run(operations)
      }),
      { numRuns: RUNS },
    )
    expect(read).toBeGreaterThan(RUNS * 1000)
  })
})
