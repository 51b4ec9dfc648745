/** What a bus that repeats, drops, moves, changes and invents messages can do to calls of a fleet. */
import { describe, expect, test } from 'vitest'
import type { BusMessage } from '../../src/fleet/index.ts'
import { PartKind } from '../../src/fleet/wire/part.ts'
import type { Service } from './application.ts'
import { type Harm, hostileBus } from './hostile-bus.ts'
import { fleetLab, LEFT_OUT } from './lab.ts'

const LARGE = 'abcdefgh'.repeat(200_000)
const SECRET = 'the launch code is 0000'

/** Whether this is the first part with data since `armed` was set. */
function isFirst(state: { armed: boolean }, payload: Uint8Array): boolean {
  const is = state.armed && payload[0] === PartKind.DATA
  if (is) state.armed = false
  return is
}

describe.skipIf(LEFT_OUT)('a hostile bus', () => {
  const lab = fleetLab()

  /** A client over a bus that does this once `armed`. */
  async function setUp(harm: (state: { armed: boolean }) => Harm) {
    const name = lab.newName()
    const state = { armed: false }
    const member = await lab.join(name)
    const bus = hostileBus(lab.bus, harm(state))
    const fleet = await lab.open(name, { nats: bus })
    return {
      name,
      state,
      fleet,
      call: fleet.calls<Service>(),
      post: async (body: string) => (await fleet.fetch('/', { method: 'POST', body })).text(),
      async [Symbol.asyncDispose]() {
        await fleet.close()
        await member.leave()
      },
    }
  }

  test('that does no harm carries all of it (the control)', async () => {
    await using lab = await setUp(() => ({}))
    expect((await lab.post(LARGE)) === LARGE.toUpperCase()).toBe(true)
    await lab.call.mark('once')
    expect(await lab.call.count('once')).toBe(1)
  })

  test('that repeats every message has a call executed once', async () => {
    await using lab = await setUp(() => ({
      onPublish: (payload) => [payload, payload],
      onReceive: (message) => [message, message],
    }))
    await lab.call.mark('repeated')
    expect(await lab.call.count('repeated')).toBe(1)
    expect((await lab.post(LARGE)) === LARGE.toUpperCase()).toBe(true)
  })

  test('that sends a recorded request again later has it executed once', async () => {
    const recorded: [subject: string, payload: Uint8Array][] = []
    await using lab2 = await setUp((state) => ({
      onPublish(payload, subject) {
        if (state.armed && payload[0] === PartKind.OPEN) recorded.push([subject, payload])
        return [payload]
      },
    }))
    lab2.state.armed = true
    await lab2.call.mark('recorded')
    lab2.state.armed = false
    expect(recorded).toHaveLength(1)
    const answered = Promise.withResolvers<void>()
    const reply = 'attacker'
    let parts = 0
    const subscription = lab.bus.subscribe(reply, {
      // ACCEPT, and the head of a refusal.
      callback: () => {
        parts += 1
        if (parts === 2) answered.resolve()
      },
    })
    const [[subject, payload]] = recorded as [(typeof recorded)[0]]
    lab.bus.publish(subject, payload, { reply })
    await answered.promise
    subscription.unsubscribe()
    expect(await lab2.call.count('recorded')).toBe(1)
  })

  const harms: [name: string, harm: (state: { armed: boolean }) => Harm][] = [
    [
      'drops a part of a request',
      (state) => ({
        onPublish: (payload) => (isFirst(state, payload) ? [] : [payload]),
      }),
    ],
    [
      'drops a part of an answer',
      (state) => ({
        onReceive: (message) => (isFirst(state, message.data) ? [] : [message]),
      }),
    ],
    [
      'moves a part of an answer',
      (state) => {
        let held: BusMessage | undefined
        return {
          onReceive(message) {
            if (isFirst(state, message.data)) {
              held = { ...message, data: message.data.slice() }
              return []
            }
            const after = held ? [message, held] : [message]
            held = undefined
            return after
          },
        }
      },
    ],
    [
      'ends an answer early',
      (state) => ({
        onReceive(message) {
          if (!state.armed || message.data[0] !== PartKind.DATA) return [message]
          const data = message.data.slice(0, 5)
          data[0] = PartKind.END
          return [{ subject: message.subject, data }]
        },
      }),
    ],
    [
      'changes a byte of an answer',
      (state) => ({
        onReceive(message) {
          if (!state.armed || message.data[0] !== PartKind.DATA) return [message]
          const data = message.data.slice()
          data[data.length - 1]! ^= 1
          return [{ ...message, data }]
        },
      }),
    ],
    [
      'answers itself',
      (state) => ({
        onReceive: (message) =>
          state.armed ? [{ subject: message.subject, data: new Uint8Array([99, 1, 2]) }] : [message],
      }),
    ],
  ]

  test.each(harms)('that %s makes a call fail, and the next succeed', async (_, harm) => {
    await using lab = await setUp(harm)
    lab.state.armed = true
    const failed = await lab.post(LARGE).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    )
    expect(['E_FLEET_LOST', 'E_FLEET_MESSAGE', 'E_FLEET_UNREACHED', 'E_CHANNEL_MESSAGE']).toContain(failed)
    lab.state.armed = false
    expect(await lab.call.add({ a: 1, b: 2 })).toBe(3)
  })

  test('sees no word of what is said', async () => {
    const seen: Uint8Array[] = []
    await using lab = await setUp((state) => ({
      onPublish(payload) {
        if (state.armed) seen.push(payload.slice())
        return [payload]
      },
      onReceive(message) {
        if (state.armed) seen.push(message.data.slice())
        return [message]
      },
    }))
    lab.state.armed = true
    expect(await lab.post(SECRET)).toBe(SECRET.toUpperCase())
    const text = Buffer.concat(seen).toString('latin1')
    // The control: what is not sealed can be found this way.
    expect(text).toContain('ohttp-gateway')
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain(SECRET.toUpperCase())
  })
})
