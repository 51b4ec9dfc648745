/** Users of a real NATS server that may not do what a fleet needs. */
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { FleetClient, FleetMember } from '../../src/fleet/index.ts'
import { type NatsServer, startNats } from '../support/nats.ts'
import { patience } from '../support/patience.ts'
import type { Service } from './application.ts'
import { fleetLab, LEFT_OUT } from './lab.ts'

/** Permissions by user; the name of the fleet is `strict`. */
const USERS = {
  all: '',
  deaf: '{ subscribe: "strict.>", publish: ">" }',
  outside: '{ subscribe: "_INBOX.>", publish: ">" }',
  silent: '{ subscribe: ">", publish: "_INBOX.>" }',
  group: '{ subscribe: ">", publish: ["_INBOX.>", "strict"] }',
  unanswering: '{ subscribe: ">", publish: "strict.>" }',
}
const settings = (users: Partial<typeof USERS>) => {
  const list = Object.entries(users).map(
    ([user, permissions]) =>
      `{ user: ${user}, password: secret${permissions && `, permissions: ${permissions}`} }`,
  )
  return `authorization: { users: [${list.join(', ')}] }`
}

describe.skipIf(LEFT_OUT)('a user of the bus', () => {
  const lab = fleetLab()
  let [strict, member] = [] as unknown as [NatsServer, FleetMember]
  const as = (user: keyof typeof USERS) => strict.url.replace('//', `//${user}:secret@`)
  beforeAll(async () => {
    strict = await startNats(settings(USERS))
    member = await lab.join('strict', { nats: as('all') })
  })
  afterAll(async () => {
    await member?.leave()
    await strict?.stop()
  })

  const refused = (what: RegExp) => ({
    code: 'E_FLEET_PERMISSION',
    message: expect.stringMatching(what),
    got: expect.stringContaining('Permissions Violation'),
    hint: expect.stringContaining('give this user of NATS the permissions'),
  })

  test('that may do everything makes calls (the control)', async () => {
    await using fleet = await lab.open('strict', { nats: as('all') })
    expect(await fleet.calls<Service>().add({ a: 1, b: 2 })).toBe(3)
  })

  test.each([
    ['deaf', /may not subscribe to _INBOX\.[0-9a-f]+\.\*/],
    ['unanswering', /may not publish to _INBOX\.[0-9a-f]+\.ready/],
    ['silent', /may not publish to strict(?!\.)/],
  ] as const)('that is %s makes no client, and it is told at once why', async (user, what) => {
    await expect(lab.open('strict', { nats: as(user) })).rejects.toMatchObject(refused(what))
  })

  test.each([
    ['outside', /may not subscribe to (strict|\$SRV)/],
    ['unanswering', /may not publish to _INBOX\.[0-9a-f]+\.ready/],
  ] as const)('that is %s makes no member, and it is told at once why', async (user, what) => {
    await expect(lab.join('strict', { nats: as(user) })).rejects.toMatchObject(refused(what))
  })

  test('that may ask for enclaves, but not call one, is told so by its first call', async () => {
    await using fleet = await lab.open('strict', { nats: as('group') })
    await expect(fleet.calls<Service>().add({ a: 1, b: 2 })).rejects.toMatchObject(
      refused(/may not publish to strict\.[0-9a-f]+/),
    )
  })

  test('is listened to only as long as it is used', async () => {
    const bus = await bound(as('all'))
    const { listeners } = (bus as unknown as { protocol: { listeners: unknown[] } }).protocol
    const before = listeners.length
    const fleet = await lab.open('strict', { nats: bus })
    expect(listeners).toHaveLength(before + 1)
    await fleet.close()
    await vi.waitUntil(() => listeners.length === before, { timeout: patience(10_000) })
    await bus.close()
  })

  test('that loses a permission has its calls fail at once, and leaves nothing behind', async () => {
    const server = await startNats(settings({ all: USERS.all }))
    const url = server.url.replace('//', '//all:secret@')
    const [bus, name] = [await bound(url), lab.newName()]
    const taking: FleetMember = await lab.join(name, { nats: bus })
    const fleet: FleetClient = await lab.open(name, { nats: bus })
    await server.change(settings({ all: `{ subscribe: ">", publish: { deny: "${name}.>" } }` }))
    const call = () => fleet.calls<Service>().add({ a: 1, b: 2 })
    const failure = () =>
      call().then(
        () => undefined,
        (error: unknown) => error,
      )
    const error = await vi.waitUntil(failure, { timeout: patience(20_000) })
    expect(error).toMatchObject(refused(new RegExp(`may not publish to ${name}\\.[0-9a-f]+`)))
    expect(fleet.enclaves().map(({ running }) => running)).toEqual([0])
    await fleet.close()
    await taking.leave()
    await bus.close()
    await server.stop()
  })
})

const bound = (servers: string): Promise<NatsConnection> => {
  const { username: user, password: pass, host } = new URL(servers)
  return connect({ servers: host, user, pass, maxReconnectAttempts: -1, reconnectTimeWait: 50 })
}
