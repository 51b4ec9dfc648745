/** Options of fleets. */
import { describe, expect, test } from 'vitest'
import { createFleetClient, joinFleet } from '../../src/fleet/index.ts'
import { MemoryBus } from './memory-bus.ts'

const image = new Uint8Array()
const trust = { roots: 'none', pcrs: { PCR0: '00'.repeat(48) } }

describe('a member', () => {
  const nats = new MemoryBus()
  test.each([
    ['without a name', { nats }],
    ['with an invalid name', { nats, name: 'a.b' }],
    ['without a bus', { name: 'a' }],
    ['with no servers', { name: 'a', nats: [] }],
    ['of no enclaves', { nats, name: 'a', size: 0 }],
    ['with an unknown option', { nats, name: 'a', enclaves: 3 }],
    ['with another isolation', { nats, name: 'a', isolation: 'none' }],
    ['with an invalid version', { nats, name: 'a', version: 'new' }],
    ['with an invalid listener', { nats, name: 'a', onEvent: 1 }],
  ])('%s is refused', async (_, options) => {
    await expect(joinFleet(image, options as never)).rejects.toMatchObject({ code: 'E_FLEET_OPTION' })
    expect(nats.listeners.size).toBe(0)
  })

  test('of an invalid image leaves nothing on the bus', async () => {
    await expect(joinFleet(image, { nats, name: 'a' })).rejects.toMatchObject({
      code: expect.stringMatching(/^E_IMAGE/),
    })
    expect(nats.listeners.size).toBe(0)
  })
})

test('a bus that is closed, or whose messages are too small, is refused', async () => {
  const closed = new MemoryBus()
  await closed.close()
  const small = Object.assign(new MemoryBus(), { info: { max_payload: 1024 } })
  for (const begin of [
    (nats: MemoryBus) => joinFleet(image, { nats, name: 'a' }),
    (nats: MemoryBus) => createFleetClient({ ...trust, nats, name: 'a' }),
  ]) {
    await expect(begin(closed)).rejects.toMatchObject({ code: 'E_FLEET_UNREACHED' })
    await expect(begin(small)).rejects.toMatchObject({ code: 'E_FLEET_OPTION', got: '1024 bytes' })
  }
  expect(closed.listeners.size + small.listeners.size).toBe(0)
})

describe('a client', () => {
  const nats = new MemoryBus()
  test.each([
    ['without a name', { nats }],
    ['with a spread of 0', { nats, name: 'a', spread: 0 }],
    ['that never looks again', { nats, name: 'a', lookAgain: 0 }],
  ])('%s is refused', async (_, options) => {
    await expect(createFleetClient({ ...trust, ...options } as never)).rejects.toMatchObject({
      code: 'E_FLEET_OPTION',
    })
    expect(nats.listeners.size).toBe(0)
  })

  test('of a fleet without members leaves nothing on the bus', async () => {
    await expect(createFleetClient({ ...trust, nats, name: 'a' })).rejects.toThrow()
    expect(nats.listeners.size).toBe(0)
  })

  test('of a server that cannot be reached says so', async () => {
    const nats = 'nats://127.0.0.1:1'
    await expect(createFleetClient({ ...trust, nats, name: 'a' })).rejects.toMatchObject({
      code: 'E_FLEET_UNREACHED',
    })
  })
})
