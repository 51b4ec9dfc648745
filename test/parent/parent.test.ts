/** A parent instance and its enclaves: their descriptions, their number, and what is released at their end. */

import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pcrHex } from '../../src/base/pcrs.ts'
import { forgetComponents } from '../../src/hypervisor/components.ts'
import { buildImage } from '../../src/image/index.ts'
import { createParent, type Parent, type StartOptions } from '../../src/parent/index.ts'
import type { KeeperStartOptions } from '../../src/parent/options.ts'
import { Op } from '../../src/vsock/packet.ts'
import { tasks, until } from '../hypervisor/kernel-ends.ts'
import { command } from '../support/components.ts'
import { type FakePlace, fakePlace } from './fake-place.ts'

const POOL = { vcpus: 4, memoryMiB: 512 }
const SHARE = { vcpus: 1, memoryMiB: 64 }
const ZERO = '0'.repeat(96)

let eif: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  eif = (await buildImage({ app: { component: await command('(i32.const 0)') } })).eif
})
beforeEach(forgetComponents)

const startIn = (parent: Parent, { place }: FakePlace, more: Partial<StartOptions> = {}) =>
  parent.start(eif, { ...SHARE, isolation: 'process', place, ...more } as KeeperStartOptions)

describe('an enclave', () => {
  test('is described correctly from its start to its end', async () => {
    await using parent = await createParent({ ...POOL, instanceId: 'i-1' })
    const enclave = await startIn(parent, fakePlace({ cid: 9 }), { cid: 9 })
    const all = {
      id: 0,
      cid: 9,
      vcpus: 1,
      memoryMiB: 64,
      launchMode: 'normal',
      moduleId: enclave.moduleId,
      pcrs: enclave.pcrs,
    }
    expect(parent.query()).toEqual([{ ...all, state: 'running' }])
    expect(enclave.moduleId).toMatch(/^i-1\.enc-[0-9a-f]{16}$/)
    const stopped = enclave.stop()
    expect(parent.query()).toEqual([{ ...all, state: 'stopping' }])
    expect(await stopped).toEqual({ kind: 'killed', message: 'stopped by its parent' })
    expect(parent.query()).toEqual([])
    expect([enclave.state, enclave.describe().state]).toEqual(['ended', 'ended'])
    expect(await enclave.stop('again')).toEqual({ kind: 'killed', message: 'stopped by its parent' })
    expect(enclave.state).toBe('ended')
  })

  test('in nitro has the cloud’s ID format, and in debug mode zero PCRs except PCR3 and PCR4', async () => {
    await using parent = await createParent({ ...POOL, profile: 'nitro', instanceId: 'i-1' })
    const enclave = await startIn(parent, fakePlace(), { debug: true })
    expect(enclave.moduleId).toMatch(/^i-1-enc[0-9a-f]{16}$/)
    expect(enclave.describe().launchMode).toBe('debug')
    expect([pcrHex(enclave.pcrs, 0), pcrHex(enclave.pcrs, 3)]).toEqual([ZERO, ZERO])
    expect(pcrHex(enclave.pcrs, 4)).not.toBe(ZERO)
  })

  test('has a unique ID, even after others have ended', async () => {
    await using parent = await createParent(POOL)
    const first = await startIn(parent, fakePlace())
    await first.stop()
    const second = await startIn(parent, fakePlace())
    const third = await startIn(parent, fakePlace({ cid: 5 }))
    expect([first.id, second.id, third.id]).toEqual([0, 1, 2])
    expect(parent.query().map(({ id }) => id)).toEqual([1, 2])
  })

  test('that ends by itself releases its share', async () => {
    await using parent = await createParent(SHARE)
    const fake = fakePlace()
    const enclave = await startIn(parent, fake)
    await expect(startIn(parent, fakePlace())).rejects.toMatchObject({ code: 'E_POOL_VCPUS' })
    fake.kernel.tellExited()
    expect(await enclave.exited).toEqual({ kind: 'exited', status: 0 })
    await tasks(1)
    await startIn(parent, fakePlace())
  })

  test('can connect to its parent’s listeners until they are closed', async () => {
    await using parent = await createParent(POOL)
    const remotes: unknown[] = []
    const listener = parent.listen(8000, (socket) => void remotes.push(socket.remote))
    const fake = fakePlace()
    await startIn(parent, fake)
    fake.kernel.send({ operation: Op.REQUEST })
    expect(await until(() => fake.kernel.next())).toMatchObject({ operation: Op.RESPONSE })
    expect(remotes).toEqual([{ cid: 4, port: 50_000 }])
    listener.close()
    fake.kernel.send({ operation: Op.REQUEST, sourcePort: 50_001 })
    expect(await until(() => fake.kernel.next())).toMatchObject({ operation: Op.RST })
  })

  test('has a trace only if it was requested', async () => {
    await using parent = await createParent(POOL)
    const traced = await startIn(parent, fakePlace(), { trace: { packets: 10 } })
    // The heartbeat: a packet for the connection, and one with the byte.
    expect(traced.trace.counters.in.packets).toBeGreaterThanOrEqual(2)
    const plain = await startIn(parent, fakePlace({ cid: 5 }))
    expect(() => plain.qtsmCalls).toThrow(expect.objectContaining({ code: 'E_TRACE_OFF' }))
    expect(() => plain.trace).toThrow(expect.objectContaining({ code: 'E_TRACE_OFF' }))
  })

  test('ends with its `await using` block', async () => {
    await using parent = await createParent(POOL)
    const fake = fakePlace()
    {
      await using _ = await startIn(parent, fake)
    }
    expect([fake.kills, parent.query()]).toEqual([1, []])
  })
})

describe('a start', () => {
  test('that is aborted releases its share, and kills its process', async () => {
    await using parent = await createParent(SHARE)
    const controller = new AbortController()
    const fake = fakePlace({ hangs: true })
    const starting = startIn(parent, fake, { signal: controller.signal })
    starting.catch(() => {})
    await until(() => fake.programs.length > 0)
    expect(parent.query()).toEqual([])
    controller.abort(new Error('enough'))
    await expect(starting).rejects.toThrow('enough')
    expect(fake.kills).toBe(1)
    await startIn(parent, fakePlace())
  })

  test('whose signal has already aborted starts nothing', async () => {
    await using parent = await createParent(SHARE)
    const fake = fakePlace()
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(startIn(parent, fake, { signal })).rejects.toThrow('enough')
    expect(fake.programs).toEqual([])
  })

  test('counts towards the number of enclaves of a strict parent; an enclave that has ended does not', async () => {
    await using parent = await createParent({ ...POOL, strict: true })
    const share = { memoryMiB: 128 }
    const hanging = fakePlace({ hangs: true })
    const controller = new AbortController()
    const starting = startIn(parent, hanging, { ...share, signal: controller.signal })
    starting.catch(() => {})
    await until(() => hanging.programs.length > 0)
    const second = await startIn(parent, fakePlace({ cid: 5 }), share)
    const third = () => startIn(parent, fakePlace({ cid: 6 }), { ...share, cid: 6 })
    await expect(third()).rejects.toMatchObject({ code: 'E_CLOUD_ENCLAVES', got: '2' })
    await second.stop()
    await third()
    controller.abort()
  })

  test('is not subject to cloud limits if its parent is not strict', async () => {
    await using parent = await createParent(POOL)
    for (const cid of [4, 5, 6]) await startIn(parent, fakePlace({ cid }), { memoryMiB: 32 })
    expect(parent.query()).toHaveLength(3)
  })
})

describe('closing a parent', () => {
  test('aborts its starts, stops its enclaves, and refuses new ones', async () => {
    const parent = await createParent(POOL)
    parent.listen(8000, () => {})
    const enclave = await startIn(parent, fakePlace())
    const hanging = fakePlace({ hangs: true })
    const starting = startIn(parent, hanging)
    const aborted = expect(starting).rejects.toMatchObject({
      code: 'E_PARENT_CLOSED',
      what: 'the parent instance was closed during the start of the enclave',
    })
    await until(() => hanging.programs.length > 0)
    await parent.close()
    await aborted
    expect(await enclave.exited).toEqual({ kind: 'killed', message: 'its parent was closed' })
    expect([hanging.kills, parent.query()]).toEqual([1, []])
    await expect(startIn(parent, fakePlace())).rejects.toMatchObject({
      code: 'E_PARENT_CLOSED',
      what: 'the parent instance is closed',
    })
    expect(() => parent.listen(8001, () => {})).toThrow(expect.objectContaining({ code: 'E_PARENT_CLOSED' }))
    await parent.close()
  })
})
