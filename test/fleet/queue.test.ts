/** Calls that wait because all enclaves of a fleet are busy. */
import { describe, expect, test, vi } from 'vitest'
import type { FleetClient, FleetClientOptions, FleetMember } from '../../src/fleet/index.ts'
import { encodePart, PartKind, wordBytes } from '../../src/fleet/wire/part.ts'
import { patience } from '../support/patience.ts'
import type { Service } from './application.ts'
import { hostileBus } from './hostile-bus.ts'
import { fleetLab, LEFT_OUT } from './lab.ts'

describe.skipIf(LEFT_OUT)('a call while all enclaves are busy', () => {
  const lab = fleetLab()

  /** A fleet of one enclave that takes one call, and has it. */
  async function setUp(options: Partial<FleetClientOptions> = {}) {
    const name = lab.newName()
    const member = await lab.join(name, { concurrency: 1 })
    const fleet = await lab.open(name, options)
    const free = await occupied(member, fleet)
    return {
      name,
      member,
      fleet,
      free,
      call: fleet.calls<Service>(),
      async [Symbol.asyncDispose]() {
        free()
        await fleet.close()
        await member.leave()
      },
    }
  }

  /** Has the enclave busy, until the function is called. */
  async function occupied(member: FleetMember, fleet: FleetClient): Promise<() => void> {
    const gone = new AbortController()
    fleet
      .calls<Service>()
      .hang('busy', { signal: gone.signal })
      .catch(() => {})
    await vi.waitUntil(() => member.stats().running === 1, { timeout: patience(60_000) })
    return () => gone.abort()
  }

  const waiting = (fleet: FleetClient, count: number) =>
    vi.waitUntil(() => fleet.waiting === count, { timeout: patience(60_000) })

  test('waits, and those that wait are served in their order', async () => {
    await using lab1 = await setUp()
    const order: string[] = []
    const names = ['a', 'b', 'c', 'd']
    const calls: Promise<unknown>[] = []
    for (const name of names) {
      calls.push(lab1.call.mark(name).then(() => order.push(name)))
      await waiting(lab1.fleet, calls.length)
    }
    expect(order).toEqual([])
    lab1.free()
    await Promise.all(calls)
    expect(order).toEqual(names)
    expect(lab1.fleet.waiting).toBe(0)
  })

  test('is served as soon as a place is free, however many wait, and without many attempts', async () => {
    const name = lab.newName()
    let attempts = 0
    const onPublish = (payload: Uint8Array) => {
      if (payload[0] === PartKind.OPEN) attempts += 1
      return [payload]
    }
    await using _ = await lab.join(name, { size: 2, concurrency: 4 })
    await using fleet = await lab.open(name, { nats: hostileBus(lab.bus, { onPublish }) })
    const call = fleet.calls<Service>()
    const numbers = Array.from({ length: 500 }, (_, a) => a)
    const sums = await Promise.all(numbers.map((a) => call.add({ a, b: 1 })))
    expect(sums).toEqual(numbers.map((a) => a + 1))
    expect(fleet.waiting).toBe(0)
    // All at once, at each of both, and then one for each place that becomes free; few more.
    expect(attempts).toBeLessThan(4 * numbers.length)
  })

  test('is served when another client has freed the enclave', async () => {
    await using lab1 = await setUp()
    lab1.free()
    await using other = await lab.open(lab1.name)
    const free = await occupied(lab1.member, other)
    const queued = lab1.call.add({ a: 1, b: 2 })
    await expect(lab1.call.add({ a: 1, b: 1 }, { deadline: 1 })).rejects.toMatchObject({
      code: 'E_SERVICE_DEADLINE',
    })
    free()
    expect(await queued).toBe(3)
  })

  test('goes to an enclave that joins', async () => {
    await using lab1 = await setUp()
    const queued = lab1.call.add({ a: 1, b: 2 })
    await using _ = await lab.join(lab1.name)
    expect(await queued).toBe(3)
    expect(lab1.fleet.enclaves()).toHaveLength(2)
  })

  test('waits too if its request is a stream, of which nothing is lost', async () => {
    await using lab1 = await setUp()
    let isEnded = false
    const numbers = async function* () {
      try {
        yield* [1, 2, 3]
      } finally {
        isEnded = true
      }
    }
    const doubled = lab1.call.double(numbers())
    const body = new Blob(['hello']).stream()
    const answer = lab1.fleet.fetch('/', { method: 'POST', body })
    const [given, tooLate] = [numbers(), new AbortController()]
    const givenUp = lab1.call.double(given, { signal: tooLate.signal })
    await waiting(lab1.fleet, 3)
    tooLate.abort(new Error('enough'))
    await expect(givenUp).rejects.toThrow('enough')
    expect(await given.next()).toEqual({ done: true, value: undefined })
    expect(isEnded).toBe(false)
    lab1.free()
    const items: number[] = []
    for await (const item of await doubled) items.push(item)
    expect(items).toEqual([2, 4, 6])
    expect(isEnded).toBe(true)
    expect(await (await answer).text()).toBe('HELLO')
  })

  /** A bus over which enclaves that have taken a call turn out to be busy, as often as `times` says. */
  function busyAfterAll(times: { left: number }) {
    return hostileBus(lab.bus, {
      onReceive(message) {
        if (message.data[0] !== PartKind.ACCEPT || times.left === 0) return [message]
        times.left -= 1
        const { subject, data, reply } = message
        const refusal = encodePart(PartKind.REFUSE, 1, wordBytes('busy'))
        return [
          { subject, data, ...(reply !== undefined && { reply }) },
          { subject, data: refusal },
        ]
      },
    })
  }

  test('waits again if the enclave that has taken it is busy after all', async () => {
    const times = { left: 0 }
    await using lab1 = await setUp({ nats: busyAfterAll(times) })
    const queued = lab1.call.add({ a: 1, b: 2 })
    await waiting(lab1.fleet, 1)
    times.left = 2
    lab1.free()
    expect(await queued).toBe(3)
    expect([times.left, lab1.fleet.waiting]).toEqual([0, 0])
  })

  test('ends by its deadline and its signal even then', async () => {
    const times = { left: 0 }
    await using lab1 = await setUp({ nats: busyAfterAll(times) })
    const gone = new AbortController()
    const calls = [
      lab1.call.add({ a: 1, b: 2 }, { deadline: 2000 }),
      lab1.fleet.fetch('/', { signal: gone.signal }),
    ]
    const outcomes = Promise.allSettled(calls)
    await waiting(lab1.fleet, 2)
    times.left = Number.POSITIVE_INFINITY
    lab1.free()
    await expect(calls[0]).rejects.toMatchObject({ code: 'E_SERVICE_DEADLINE' })
    gone.abort(new Error('enough'))
    expect((await outcomes)[1]).toMatchObject({ status: 'rejected', reason: { message: 'enough' } })
  })

  test('is refused at once if as many wait as may', async () => {
    await using lab1 = await setUp({ maxQueue: 1 })
    const queued = lab1.call.add({ a: 1, b: 2 })
    await waiting(lab1.fleet, 1)
    await expect(lab1.call.add({ a: 1, b: 1 })).rejects.toMatchObject({
      code: 'E_FLEET_BUSY',
      hint: expect.stringContaining('not begun'),
    })
    lab1.free()
    expect(await queued).toBe(3)

    await using lab2 = await setUp({ maxQueue: 0 })
    await expect(lab2.call.add({ a: 1, b: 1 })).rejects.toMatchObject({ code: 'E_FLEET_BUSY' })
    lab2.free()
    const again = () => lab2.call.add({ a: 1, b: 1 }).catch(() => undefined)
    expect(await vi.waitUntil(again, { timeout: patience(60_000) })).toBe(2)
  })

  test('ends by its signal, its deadline, or the end of the client', async () => {
    await using lab1 = await setUp()
    const gone = new AbortController()
    const calls = [
      lab1.call.mark('a', { signal: gone.signal }),
      lab1.fleet.fetch('/', { signal: gone.signal }),
      lab1.call.mark('a', { deadline: 100 }),
      lab1.call.mark('a'),
      lab1.fleet.fetch('/'),
    ]
    const outcomes = Promise.allSettled(calls)
    await expect(calls[2]).rejects.toMatchObject({ code: 'E_SERVICE_DEADLINE' })
    gone.abort(new Error('enough'))
    await expect(calls[0]).rejects.toThrow('enough')
    await expect(calls[1]).rejects.toThrow('enough')
    await lab1.fleet.close()
    for (const outcome of (await outcomes).slice(3))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'E_FLEET_CLOSED' } })
    lab1.free()
    await using other = await lab.open(lab1.name)
    expect(await other.calls<Service>().count('a')).toBe(0)
  })

  test('ends by its signal also if its stream does not end', async () => {
    await using lab1 = await setUp()
    const gone = new AbortController()
    const endless: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: () => new Promise(() => {}),
      }),
    }
    const outcome = lab1.call.double(endless, { signal: gone.signal })
    await waiting(lab1.fleet, 1)
    gone.abort(new Error('enough'))
    await expect(outcome).rejects.toThrow('enough')
  })

  test('is told at once when no member is left', async () => {
    await using lab1 = await setUp()
    const calls = [lab1.call.mark('a'), lab1.call.mark('b')]
    const outcomes = Promise.allSettled(calls)
    await waiting(lab1.fleet, 2)
    const left = lab1.member.leave()
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'E_FLEET_UNREACHED' } })
    lab1.free()
    await left
  })
})
