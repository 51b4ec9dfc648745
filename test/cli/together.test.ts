/** Concurrent starts, and the limits of the pool. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Home } from '../support/home.ts'
import { laboratoryImage } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'

const home = new Home()
const eif = join(home.path, 'laboratory.eif')
beforeAll(async () => writeFile(eif, (await laboratoryImage()).eif))
afterAll(() => home[Symbol.asyncDispose]())

const start = (...args: string[]) =>
  home.qt(
    'enclave',
    'start',
    '--eif',
    eif,
    ...(args.some((arg) => arg.startsWith('--mem')) ? [] : ['--mem=128']),
    ...args,
  )
const stopAll = async () => {
  const { stdout } = await home.qt('enclave', 'query', '--query', '[].EnclaveID')
  const ids = JSON.parse(stdout) as number[]
  return Promise.all(ids.map((id) => home.qt('enclave', 'stop', '--enclave-id', String(id))))
}
/** Waits until all processes have ended: a keeper reports a failed start before it ends. */
async function expectNoProcess(): Promise<void> {
  while (home.processes().length > 0) await pause(5)
}
const STARTS = 20

test('twenty concurrent starts get different IDs and CIDs, and are refused if the pool is full', {
  timeout: patience(120_000),
}, async () => {
  // The vCPUs suffice for 19 enclaves, so one start must be refused.
  home.configure(`memory_mib:${STARTS * 128}\ncpu_count:${2 * STARTS - 1}\nmax_enclaves:${STARTS}\n`)
  const outcomes = await Promise.all(Array.from({ length: STARTS }, () => start()))
  const refused = outcomes.filter(({ status }) => status !== 0)
  expect(refused.map(({ stderr }) => stderr)).toEqual([
    expect.stringMatching(/E_POOL_VCPUS: [\s\S]*11 Ioctl add cpu failure\./),
  ])
  const started = outcomes
    .filter(({ status }) => status === 0)
    .map(({ stdout }) => JSON.parse(stdout) as { EnclaveID: number; EnclaveCID: number })
  const numbers = Array.from({ length: STARTS - 1 }, (_, at) => at)
  const sorted = (values: number[]) => values.toSorted((left, right) => left - right)
  expect(sorted(started.map(({ EnclaveID }) => EnclaveID))).toEqual(numbers)
  expect(sorted(started.map(({ EnclaveCID }) => EnclaveCID))).toEqual(numbers.map((at) => at + 4))
  const left = JSON.parse((await home.qt('env', 'show')).stdout)
  expect(left).toMatchObject({ Enclaves: STARTS - 1, MemoryMiBLeft: 128 })
  expect(left.CPUsLeft).toHaveLength(1)
  const stopped = await stopAll()
  expect(stopped.map(({ status }) => status)).toEqual(numbers.map(() => 0))
  expect((await home.qt('enclave', 'query')).stdout).toBe('[]\n')
})

describe('the pool', () => {
  test('allows two enclaves, as on QingTian, and each CID once', async () => {
    home.configure('memory_mib:512\ncpu_count:6\n')
    expect((await start('--cid', '77')).stdout).toContain('"EnclaveCID": 77')
    expect((await start('--cid', '77')).stderr).toMatch(
      /E_CID_TAKEN[\s\S]*43 The cid has already been used\./,
    )
    expect((await start()).stdout).toContain('"EnclaveCID": 4')
    expect((await start()).stderr).toMatch(
      /E_CLOUD_ENCLAVES: a parent instance of qingtian may have at most 2 enclaves/,
    )
    await stopAll()
  })

  test('refuses less memory than the cloud’s minimum, and more than the pool has', async () => {
    home.configure('memory_mib: 256\ncpu_pool: 2-9\n', 'qt-enclave-env.conf')
    expect((await start('--mem=127')).stderr).toContain(
      '10 Load image failure because provided memory is too small.',
    )
    expect((await start('--mem=512')).stderr).toMatch(
      /E_POOL_MEMORY: .*at most 256[\s\S]*09 Ioctl add memory failure\./,
    )
    home.configure('memory_mib: 256\n', 'qt-enclave-env.conf')
    expect((await start()).stderr).toContain('07 Missing necessary parameters in configuration file.')
    home.configure('memory_mib: some\n', 'qt-enclave-env.conf')
    expect((await start()).stderr).toContain('06 Invalid parameters provided in configuration file.')
    await expectNoProcess()
  })

  test('is not used for files that are not images', async () => {
    home.configure('memory_mib:512\ncpu_count:6\n')
    const bad = join(home.path, 'bad.eif')
    await writeFile(bad, 'no image')
    expect(await home.qt('enclave', 'start', '--eif', bad, '--mem', '128')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^E_IMAGE_MAGIC: [\s\S]*\n03 File operation failure\.\n$/),
    })
    expect((await home.qt('enclave', 'start', '--eif', join(home.path, 'none'))).stderr).toContain(
      '03 File operation failure.',
    )
    expect((await home.qt('enclave', 'start', '--eif', home.path)).stderr).toContain('E_FILE: ')
    expect((await home.qt('enclave', 'query')).stdout).toBe('[]\n')
    await expectNoProcess()
  })
})
