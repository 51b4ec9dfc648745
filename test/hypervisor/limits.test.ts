/** Time limits: the CPU limit applies only to a program that computes, the run limit also to one that waits. */
import { describe, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { createParent, type StartOptions } from '../../src/parent/index.ts'
import { command } from '../support/components.ts'
import { Laboratory } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }

async function endOf(body: string, options: Partial<StartOptions>) {
  await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
  const { eif } = await buildImage({ app: { component: await command(body) } })
  const enclave = await parent.start(eif, { ...SHARE, ...options })
  return await enclave.exited
}

describe.each(['worker', 'process'] as const)('in a %s', (isolation) => {
  test('a spinning program ends at its CPU limit', async () => {
    const reason = await endOf('(loop (br 0)) (i32.const 0)', { isolation, cpuLimit: 200 })
    expect(reason).toEqual({ kind: 'deadline', message: expect.stringContaining('CPU time') })
  })

  test('a waiting program does not use up its CPU limit', async () => {
    const limit = patience(2000)
    await using lab = await Laboratory.open({ isolation, cpuLimit: limit })
    await lab.run(`await new Promise((resolve) => setTimeout(resolve, ${limit + 500}))`)
    expect(lab.enclave.state).toBe('running')
  })

  test('a spinning or waiting program ends at its run limit', async () => {
    await using lab = await Laboratory.open({ isolation, runTimeout: 300 })
    expect(await lab.enclave.exited).toEqual({ kind: 'deadline', message: 'it ran for more than 300 ms' })
  })

  test('a spinning program is stopped', async () => {
    await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
    const { eif } = await buildImage({ app: { component: await command('(loop (br 0)) (i32.const 0)') } })
    const enclave = await parent.start(eif, { ...SHARE, isolation })
    expect(await enclave.stop()).toMatchObject({ kind: 'killed' })
  })
})
