/** A pool of real enclaves: killed at random under load, and observed. */
import diagnostics from 'node:diagnostics_channel'
import { beforeAll, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { createParent, type Enclave } from '../../src/parent/index.ts'
import { createPool } from '../../src/pool/index.ts'
import { guestPath } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'

type Service = { echo(value: unknown): unknown; count(most: number): AsyncIterable<number> }

let eif: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  eif = (await buildImage({ app: { path: guestPath('pooled.ts') } })).eif
})

const startTimeout = patience(20_000)

test('under load, with enclaves killed at random, no answer is lost or wrong', async () => {
  await using parent = await createParent({ vcpus: 4, memoryMiB: 512 })
  const enclaves: Enclave[] = []
  const start = parent.start.bind(parent)
  parent.start = async (...given) => {
    const enclave = await start(...given)
    enclaves.push(enclave)
    return enclave
  }
  await using pool = await createPool<Service>(eif, { size: 2, parent, startTimeout, recycleAfter: 500 })
  const outcomes = { answered: 0, lost: 0 }
  let kills = 0
  const caller = async (own: number) => {
    for (let count = 0; count < 200; count++) {
      try {
        expect(await pool.call.echo([own, count])).toEqual([own, count])
        outcomes.answered += 1
      } catch (error) {
        expect(error).toMatchObject({ code: 'E_POOL_LOST' })
        outcomes.lost += 1
      }
    }
  }
  const killer = async (calls: Promise<unknown>) => {
    let isOver = false
    void calls.finally(() => {
      isOver = true
    })
    while (!isOver && kills < 5) {
      // Every enclave answers something before it is killed.
      const { answered } = pool.stats().calls
      await expect.poll(() => isOver || pool.stats().calls.answered > answered + 200).toBe(true)
      const running = enclaves.filter(({ state }) => state === 'running')
      if (isOver || running.length === 0) continue
      kills += 1
      await running[kills % running.length]!.stop('killed by the test')
    }
  }
  const calls = Promise.all(Array.from({ length: 16 }, (_, own) => caller(own)))
  await Promise.all([calls, killer(calls)])
  expect(outcomes.answered + outcomes.lost).toBe(16 * 200)
  expect(pool.stats().calls).toMatchObject({ answered: outcomes.answered, lost: outcomes.lost, failed: 0 })
  expect(kills).toBeGreaterThan(0)
  expect(pool.stats().starts).toBeGreaterThan(2 + kills)
})

test('streams keep their place until they end, and everything is observable without its content', async () => {
  const seen: { name: string; message: unknown }[] = []
  const names = ['webclave.pool.start', 'webclave.pool.end', 'webclave.pool.call']
  const note = (message: unknown, name: string | symbol) => seen.push({ name: String(name), message })
  for (const name of names) diagnostics.subscribe(name, note)
  {
    await using pool = await createPool<Service>(eif, { size: 1, startTimeout })
    const items: number[] = []
    for await (const item of await pool.call.count(3)) {
      expect(pool.stats().running).toBe(1)
      items.push(item)
    }
    expect(items).toEqual([0, 1, 2])
    expect(pool.stats().running).toBe(0)
    await pool.call.echo('a secret')
    await expect(pool.call.echo(new Map() as never)).rejects.toMatchObject({ code: 'E_SERVICE_VALUE' })
    // An enclave reports its memory when it waits, which may be after its answer.
    await expect.poll(() => pool.stats().memoryUsed).toBeGreaterThan(0)
  }
  for (const name of names) diagnostics.unsubscribe(name, note)
  expect(seen.map(({ name }) => name)).toEqual([names[0], names[2], names[2], names[2], names[1]])
  expect(seen.map(({ message }) => message)).toMatchObject([
    { milliseconds: expect.any(Number) },
    { method: 'count', code: undefined },
    { method: 'echo', code: undefined },
    { method: 'echo', code: 'E_SERVICE_VALUE' },
    { reason: 'killed: its pool was closed', answered: 3 },
  ])
  expect(JSON.stringify(seen)).not.toContain('secret')
})
