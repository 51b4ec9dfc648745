/** A fleet over a real NATS server, with real enclaves. */
import { Svcm } from '@nats-io/services'
import { describe, expect, test, vi } from 'vitest'
import { joinFleet, type MemberEvent } from '../../src/fleet/index.ts'
import { createTestParent } from '../../src/testing/index.ts'
import { startNats } from '../support/nats.ts'
import { patience } from '../support/patience.ts'
import { fleetImage, type Service } from './application.ts'
import { fleetLab, LEFT_OUT } from './lab.ts'

describe.skipIf(LEFT_OUT)('a fleet', () => {
  const lab = fleetLab()

  test('answers calls and requests of a caller who has pinned its image', async () => {
    const name = lab.newName()
    await using _ = await lab.join(name)
    await using fleet = await lab.open(name)
    const call = fleet.calls<Service>()
    expect(await call.add({ a: 1, b: 2 })).toBe(3)
    expect(await (await fleet.fetch('/', { method: 'POST', body: 'hello' })).text()).toBe('HELLO')
    expect(fleet.enclaves()).toMatchObject([{ pcr0: lab.pcrsOf(1).PCR0, running: 0 }])
  })

  test('carries streams in both directions', async () => {
    const name = lab.newName()
    await using _ = await lab.join(name)
    await using fleet = await lab.open(name)
    const numbers = async function* () {
      for (let number = 0; number < 100; number++) yield number
    }
    const doubled: number[] = []
    for await (const number of await fleet.calls<Service>().double(numbers())) doubled.push(number)
    expect(doubled).toEqual(Array.from({ length: 100 }, (_, index) => 2 * index))
  })

  test('carries bodies that are larger than a message of the bus', async () => {
    const name = lab.newName()
    await using _ = await lab.join(name)
    await using fleet = await lab.open(name)
    const body = 'abcdefgh'.repeat(600_000)
    expect(body.length).toBeGreaterThan(4 * lab.bus.info!.max_payload)
    const answer = await fleet.fetch('/', { method: 'POST', body })
    expect((await answer.text()) === body.toUpperCase()).toBe(true)
  })

  test('carries them over a bus whose messages are small', async () => {
    const small = await startNats('max_payload: 65536')
    const member = await lab.join('small', { nats: small.url })
    const fleet = await lab.open('small', { nats: small.url })
    const body = 'abcdefgh'.repeat(100_000)
    const answer = await fleet.fetch('/', { method: 'POST', body })
    expect((await answer.text()) === body.toUpperCase()).toBe(true)
    await fleet.close()
    await member.leave()
    await small.stop()
  })

  test('says of a call that was under way when its client was closed that it may have been executed', async () => {
    const name = lab.newName()
    await using _ = await lab.join(name)
    await using other = await lab.open(name)
    const fleet = await lab.open(name)
    const outcome = expect(fleet.calls<Service>().hang('begun')).rejects.toMatchObject({
      code: 'E_FLEET_LOST',
      hint: expect.stringContaining('may have had an effect'),
    })
    await vi.waitUntil(async () => (await other.calls<Service>().count('begun')) === 1, {
      timeout: patience(60_000),
    })
    await fleet.close()
    await outcome
    await expect(fleet.calls<Service>().version()).rejects.toMatchObject({ code: 'E_FLEET_CLOSED' })
  })

  test('spreads calls that are under way at the same time among its enclaves', async () => {
    const name = lab.newName()
    await using _ = await lab.join(name, { size: 3 })
    await using fleet = await lab.open(name)
    const call = fleet.calls<Service>()
    await vi.waitUntil(
      async () => {
        await Promise.all(Array.from({ length: 16 }, (_, a) => call.add({ a, b: 1 })))
        return fleet.enclaves().length === 3
      },
      { timeout: 60_000 },
    )
  })

  test('replaces an enclave that ends', async () => {
    const name = lab.newName()
    const events: MemberEvent[] = []
    await using member = await lab.join(name, { onEvent: (event) => events.push(event) })
    await using fleet = await lab.open(name)
    await fleet
      .calls<Service>()
      .stop()
      .catch(() => {})
    await vi.waitUntil(() => events.length === 3, { timeout: 60_000 })
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'ended', 'started'])
    expect(events[1]!.reason).toContain('exited')
    expect(await fleet.calls<Service>().add({ a: 2, b: 2 })).toBe(4)
    expect(member.stats()).toMatchObject({ enclaves: 1, running: 0 })
  })

  test('of which no member is left says that a call was not begun', async () => {
    const name = lab.newName()
    const member = await lab.join(name)
    await using fleet = await lab.open(name)
    await member.leave()
    await expect(fleet.calls<Service>().add({ a: 1, b: 1 })).rejects.toMatchObject({
      code: 'E_FLEET_UNREACHED',
    })
    await expect(lab.open(name)).rejects.toMatchObject({ code: 'E_FLEET_UNREACHED' })
  })

  test('finishes what is under way before a member leaves, and takes nothing more there', async () => {
    const name = lab.newName()
    const leaving = await lab.join(name)
    await using fleet = await lab.open(name)
    const gone = new AbortController()
    const hanging = fleet.calls<Service>().hang('slow', { signal: gone.signal })
    hanging.catch(() => {})
    await vi.waitUntil(() => leaving.stats().running === 1, { timeout: 60_000 })
    let hasLeft = false
    const left = leaving.leave().then(() => (hasLeft = true))
    await using _ = await lab.join(name)
    expect(await fleet.calls<Service>().count('slow')).toBe(0)
    expect(hasLeft).toBe(false)
    gone.abort(new Error('enough'))
    await expect(hanging).rejects.toThrow('enough')
    await left
  })

  test('tells the enclave that a caller has given up', async () => {
    const name = lab.newName()
    await using member = await lab.join(name)
    await using fleet = await lab.open(name)
    const deadline = fleet.calls<Service>().hang('late', { deadline: 200 })
    await expect(deadline).rejects.toMatchObject({ code: 'E_SERVICE_DEADLINE' })
    await vi.waitUntil(() => member.stats().running === 0, { timeout: 60_000 })
    expect(await fleet.calls<Service>().count('late')).toBe(1)
  })

  test('says that a call may have had an effect if its enclave ended', async () => {
    const name = lab.newName()
    await using member = await lab.join(name)
    await using fleet = await lab.open(name)
    const hanging = fleet.calls<Service>().hang('lost')
    hanging.catch(() => {})
    await vi.waitUntil(() => member.stats().running === 1, { timeout: 60_000 })
    await fleet
      .calls<Service>()
      .stop()
      .catch(() => {})
    await expect(hanging).rejects.toMatchObject({ code: 'E_FLEET_LOST' })
  })

  test('never uses a member that does not prove itself, beside one that does', async () => {
    const name = lab.newName()
    await using _ = await lab.join(name, { size: 2 }, 2)
    await expect(lab.open(name)).rejects.toMatchObject({ code: 'E_CHANNEL_ATTESTATION' })
    await using _1 = await lab.join(name, { size: 2 }, 1)
    await using fleet = await lab.open(name)
    const versions = await Promise.all(Array.from({ length: 32 }, () => fleet.calls<Service>().version()))
    expect(new Set(versions)).toEqual(new Set([1]))
  })

  test('never uses a member with a wrong clock, beside one with the right one', async () => {
    const name = lab.newName()
    const join = async (time: number) => {
      const parent = await createTestParent({ now: time, seed: String(time) })
      const member = await joinFleet(await fleetImage(1), { nats: lab.bus, name, parent })
      return { parent, member }
    }
    const late = await join(Date.now() - 86_400_000)
    const options = { roots: late.parent.rootCertificate, allowTestRoot: true }
    await expect(lab.open(name, options)).rejects.toMatchObject({ code: 'E_CHANNEL_ATTESTATION' })
    const right = await join(Date.now())
    await using fleet = await lab.open(name, options)
    expect(await fleet.calls<Service>().version()).toBe(1)
    expect(fleet.enclaves()).toHaveLength(1)
    for (const { member, parent } of [late, right]) {
      await member.leave()
      await parent.close()
    }
  })

  test('is upgraded while its callers allow both images', async () => {
    const name = lab.newName()
    const old = await lab.join(name)
    const pcrs = [lab.pcrsOf(1), lab.pcrsOf(2)]
    await using fleet = await lab.open(name, { pcrs })
    const call = fleet.calls<Service>()
    expect(await call.version()).toBe(1)
    const answers: Promise<number>[] = []
    const load = setInterval(() => answers.push(call.version()), 2)
    await using _ = await lab.join(name, {}, 2)
    await old.leave()
    await vi.waitUntil(async () => (await call.version()) === 2, { timeout: 60_000 })
    clearInterval(load)
    const versions = await Promise.all(answers)
    expect(versions.length).toBeGreaterThan(10)
    expect(new Set(versions)).toEqual(new Set([1, 2]))
    expect(fleet.enclaves().map(({ pcr0 }) => pcr0)).toEqual([lab.pcrsOf(2).PCR0])
  })

  test('is a service of NATS as its tools know it', async () => {
    const name = lab.newName()
    await using _ = await lab.join(name, { version: '2.3.4' })
    await using fleet = await lab.open(name)
    await fleet.calls<Service>().add({ a: 1, b: 2 })
    // Its types want an older core.
    const client = new Svcm(lab.bus as never).client()
    const all = async <Item>(items: Promise<AsyncIterable<Item>>) => {
      const found: Item[] = []
      for await (const item of await items) found.push(item)
      return found
    }
    const [ping] = await all(client.ping(name))
    const [info] = await all(client.info(name))
    const [stats] = await all(client.stats(name))
    const id = fleet.enclaves()[0]!.id
    expect(ping).toMatchObject({ name, id, version: '2.3.4', type: 'io.nats.micro.v1.ping_response' })
    expect(info).toMatchObject({
      name,
      id,
      endpoints: [{ subject: name, queue_group: 'q' }],
      metadata: { pcr0: lab.pcrsOf(1).PCR0 },
    })
    expect(stats).toMatchObject({ name, id, endpoints: [{ subject: name, num_requests: 2, num_errors: 0 }] })
  })

  test('goes on after the bus was away', async () => {
    const name = lab.newName()
    await using member = await lab.join(name)
    await using fleet = await lab.open(name)
    await lab.server.restart()
    const again = () =>
      fleet
        .calls<Service>()
        .add({ a: 3, b: 4 }, { deadline: 5000 })
        .catch(() => undefined)
    expect(await vi.waitUntil(again, { timeout: 60_000 })).toBe(7)
    expect(member.stats().enclaves).toBe(1)
  })
})
