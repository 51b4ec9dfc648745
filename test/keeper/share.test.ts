/** A keeper's share of the pool: how it is taken and returned, and how the shares of dead keepers are cleaned up. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type EnclaveRecord, enclaveDirectory, openLedger } from '../../src/keeper/enclave-record.ts'
import { identityOf, ownIdentity } from '../../src/keeper/process-identity.ts'
import { clearUp, giveShare, type ShareRequest, takeShare } from '../../src/keeper/share.ts'
import { useHome } from './own-home.ts'

const home = useHome()
const DEAD = `${2 ** 22 + 1}:1`

const request = (more: Partial<ShareRequest> = {}): ShareRequest => ({
  cpus: 2,
  memoryMiB: 128,
  cid: undefined,
  debug: false,
  profile: 'qingtian',
  name: '',
  isNameChosen: false,
  imageBytes: 1000,
  ...more,
})

const records = () => openLedger().read().enclaves

/** Adds the shares of other processes to the ledger. */
function hold(...others: Partial<EnclaveRecord>[]): void {
  const enclaves = others.map((other, id) => ({
    ...{ id, cid: 4 + id, cpus: [1, 2], memoryMiB: 128, debug: false, profile: 'qingtian' as const },
    ...{ name: '', holder: DEAD, gone: false },
    ...other,
  }))
  openLedger().update((state) => (state.enclaves.length > 0 ? undefined : { enclaves }))
  expect(records()).toHaveLength(others.length)
}

/** Another process, which runs until it is disposed of. */
async function another(): Promise<Disposable & { holder: string }> {
  const child = spawn('sleep', ['600'])
  await once(child, 'spawn')
  return { holder: identityOf(child.pid!)!, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

describe('a share', () => {
  test('has the lowest free numbers, and belongs to this process', () => {
    const record = takeShare(request({ debug: true, profile: 'nitro', name: 'n' }))
    expect(record).toEqual({
      id: 0,
      cid: 4,
      cpus: [1, 2],
      memoryMiB: 128,
      debug: true,
      profile: 'nitro',
      name: 'n',
      holder: ownIdentity(),
      gone: false,
    })
    expect(records()).toEqual([record])
  })

  test('is taken once; a second request returns the same', () => {
    expect(takeShare(request({ cid: 9 }))).toEqual(takeShare(request()))
    expect(records()).toHaveLength(1)
  })

  test('is a new one after the previous one was returned', () => {
    hold({ holder: ownIdentity(), gone: true, cpus: [1, 2] })
    expect(takeShare(request())).toMatchObject({ id: 1, cid: 4, cpus: [1, 2], gone: false })
  })

  test('contains nothing that other processes have', async () => {
    using other = await another()
    hold(
      { holder: other.holder, id: 0, cid: 4, cpus: [1, 3] },
      { holder: other.holder, id: 2, cid: 6, cpus: [4] },
    )
    home.configure('memory_mib:1024\ncpu_list:1-6\nmax_enclaves:3')
    expect(takeShare(request())).toMatchObject({ id: 1, cid: 5, cpus: [2, 5] })
  })

  test('may contain vCPUs chosen by number', () => {
    expect(takeShare(request({ cpus: [4, 2] })).cpus).toEqual([4, 2])
  })

  test.each([[[5]], [[1, 7]]])('cannot contain vCPUs that are not in the pool: %j', (cpus) => {
    expect(() => takeShare(request({ cpus }))).toThrow(
      `E_CPU_LIST: vCPU ${cpus.at(-1)} is not in the pool, or another enclave uses it; expected free vCPUs: 1, 2, 3, 4; got ${cpus.join(', ')}`,
    )
    expect(records()).toEqual([])
  })

  test('cannot contain vCPUs of another enclave', async () => {
    using other = await another()
    hold({ holder: other.holder, cpus: [1, 2] })
    expect(() => takeShare(request({ cpus: [2] }))).toThrow(/E_CPU_LIST: vCPU 2 .* free vCPUs: 3, 4; got 2/)
  })

  test('is limited by vCPUs, memory, the number of enclaves and the image size', async () => {
    using other = await another()
    hold({ holder: other.holder, cpus: [1, 2], memoryMiB: 1024 })
    expect(() => takeShare(request({ cpus: 3 }))).toThrow(/E_POOL_VCPUS: .*at most 2 of its 4/)
    expect(() => takeShare(request({ cpus: [1, 2, 3] }))).toThrow(/E_POOL_VCPUS/)
    expect(() => takeShare(request({ memoryMiB: 1025 }))).toThrow(/E_POOL_MEMORY: .*at most 1024 of its 2048/)
    expect(() => takeShare(request({ cid: 4 }))).toThrow('E_CID_TAKEN')
    expect(() => takeShare(request({ imageBytes: 33 * 2 ** 20 }))).toThrow('E_CLOUD_MEMORY')
    home.configure('memory_mib:2048\ncpu_count:4\nmax_enclaves:1')
    expect(() => takeShare(request())).toThrow(/E_CLOUD_ENCLAVES: .* at most 1 enclaves/)
    home.configure('memory_mib:2048\ncpu_count:4')
    expect(takeShare(request({ memoryMiB: 1024 })).cpus).toEqual([3, 4])
  })
})

describe('a name', () => {
  test('that another enclave has gets the lowest free number appended', async () => {
    using other = await another()
    const { holder } = other
    home.configure('memory_mib:1024\ncpu_count:8\nmax_enclaves:5')
    hold(
      { holder, name: 'app', cpus: [1] },
      { holder, name: 'app_1', cpus: [2] },
      { holder, name: 'app_3', cpus: [3] },
    )
    expect(takeShare(request({ name: 'app' })).name).toBe('app_2')
  })

  test('that is free, or empty, is kept', async () => {
    using other = await another()
    hold({ holder: other.holder, name: '' })
    expect(takeShare(request({ name: '', isNameChosen: true })).name).toBe('')
    giveShare(records().find(({ holder }) => holder === ownIdentity())!)
    expect(takeShare(request({ name: 'app', isNameChosen: true })).name).toBe('app')
  })

  test('that the user chose must be free', async () => {
    using other = await another()
    hold({ holder: other.holder, name: 'app' })
    expect(() => takeShare(request({ name: 'app', isNameChosen: true }))).toThrow(
      'E_ENCLAVE_NAME: another enclave has this name; got app; choose another',
    )
  })

  test('of an enclave whose keeper is dead is free', () => {
    hold({ name: 'app' })
    expect(takeShare(request({ name: 'app', isNameChosen: true })).name).toBe('app')
  })
})

describe('returning a share', () => {
  test('makes it free, and removes its files', () => {
    const record = takeShare(request())
    mkdirSync(enclaveDirectory(0))
    giveShare(record)
    expect(records()).toEqual([])
    expect(existsSync(enclaveDirectory(0))).toBe(false)
  })

  test('affects only this share, and only once', async () => {
    using other = await another()
    hold({ holder: other.holder, cpus: [3, 4] })
    const record = takeShare(request())
    giveShare(record)
    expect(records()).toMatchObject([{ id: 0, holder: other.holder }])
    // By now the directory may belong to another enclave.
    mkdirSync(enclaveDirectory(record.id))
    giveShare(record)
    giveShare(record, 'trapped')
    expect(existsSync(enclaveDirectory(record.id))).toBe(true)
    expect(records()).toHaveLength(1)
  })

  test('has no effect for another process', async () => {
    using other = await another()
    hold({ holder: other.holder })
    mkdirSync(enclaveDirectory(0))
    giveShare({ ...records()[0]!, holder: ownIdentity() })
    expect(records()).toHaveLength(1)
    expect(existsSync(enclaveDirectory(0))).toBe(true)
  })

  test('can store the end reason, which stays until it is cleaned up', () => {
    const record = takeShare(request())
    mkdirSync(enclaveDirectory(0))
    giveShare(record, 'trapped')
    expect(records()).toEqual([{ ...record, gone: true, end: 'trapped' }])
    expect(existsSync(enclaveDirectory(0))).toBe(false)
    mkdirSync(enclaveDirectory(0))
    giveShare(record, 'something else')
    expect(records()).toEqual([{ ...record, gone: true, end: 'trapped' }])
    expect(existsSync(enclaveDirectory(0))).toBe(true)
  })
})

describe('cleaning up', () => {
  test('changes nothing if every keeper is alive', async () => {
    expect(clearUp()).toEqual([])
    expect(existsSync(home.runtime())).toBe(false)
    using other = await another()
    hold({ holder: other.holder }, { holder: other.holder, gone: true, end: 'trapped' })
    const before = records()
    expect(clearUp()).toEqual([])
    expect(records()).toEqual(before)
  })

  test('removes and returns the records of killed keepers', () => {
    hold({ cpus: [1] }, { holder: ownIdentity(), cpus: [2] })
    const [killed, own] = records()
    for (const id of [0, 1]) mkdirSync(enclaveDirectory(id))
    expect(clearUp()).toEqual([killed])
    expect(records()).toEqual([own])
    expect(readdirSync(home.runtime()).filter((name) => /^\d+$/.test(name))).toEqual(['1'])
  })

  test('returns the stored end reasons, but no share that was returned without one', () => {
    hold({ gone: true, end: 'trapped' }, { gone: true })
    const [told] = records()
    expect(clearUp()).toEqual([told])
    expect(records()).toEqual([])
  })

  test('keeps the stored end reasons of keepers that are alive', async () => {
    using other = await another()
    hold({}, { holder: other.holder, gone: true, end: 'trapped' }, { holder: other.holder })
    const [dead, told, alive] = records()
    expect(clearUp()).toEqual([dead])
    expect(records()).toEqual([told, alive])
  })

  test('happens before a share is taken', () => {
    hold({ cpus: [1, 2, 3, 4], memoryMiB: 2048 })
    mkdirSync(enclaveDirectory(0))
    expect(takeShare(request())).toMatchObject({ id: 0, cid: 4, cpus: [1, 2] })
    expect(existsSync(enclaveDirectory(0))).toBe(false)
  })
})
