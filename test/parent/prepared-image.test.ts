/** Images that are prepared before they are started. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { keptComponents } from '../../src/hypervisor/components.ts'
import { buildImage, signImage } from '../../src/image/index.ts'
import { createParent, type Parent, pcrHex } from '../../src/parent/index.ts'
import { SpareWorker } from '../../src/parent/spare-worker.ts'
import { testSigner } from '../image/signer.ts'

const SOURCE = 'setTimeout(() => {}, 60_000)'
let eif: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  eif = (await buildImage({ app: { source: SOURCE } })).eif
})

const open = (profile: 'qingtian' | 'nitro' = 'qingtian') =>
  createParent({ vcpus: 2, memoryMiB: 512, profile })
const start = (parent: Parent, image: Parameters<Parent['start']>[0], options = {}) =>
  parent.start(image, { vcpus: 1, memoryMiB: 64, ...options })

describe('a prepared image', () => {
  test('starts as often as wanted, with the measurements of the image', async () => {
    await using parent = await open()
    const image = await parent.prepare(eif, { memoryMiB: 64 })
    const plain = await start(parent, eif)
    expect(pcrHex(image.pcrs, 0)).toBe(pcrHex(plain.pcrs, 0))
    await plain.stop()
    for (let count = 0; count < 2; count++) {
      const enclave = await start(parent, image)
      expect(enclave.pcrs).toEqual(plain.pcrs)
      await enclave.stop()
    }
  })

  test('starts in a process with the code that was compiled for the first one', async () => {
    await using parent = await open()
    const image = await parent.prepare(eif, { memoryMiB: 64 })
    const isolation = 'process' as const
    const codeOf = () =>
      image.for({ profile: 'qingtian', memoryMiB: 64, debug: false, isolation }).component?.prepared.code
    await (await start(parent, image, { isolation })).stop()
    await vi.waitUntil(codeOf, { timeout: 60_000 })
    const second = await start(parent, image, { isolation })
    expect(pcrHex(second.pcrs, 0)).toBe(pcrHex(image.pcrs, 0))
    await second.stop()
  })

  test('starts without its waiting Worker too, after it was closed', async () => {
    await using parent = await open()
    const image = await parent.prepare(eif, { memoryMiB: 64 })
    await image.close()
    expect((await start(parent, image)).state).toBe('running')
  })

  test('does not keep the process alive', async () => {
    const program = `
      const { buildImage } = await import(${JSON.stringify(new URL('../../src/image/index.ts', import.meta.url).href)})
      const { createParent } = await import(${JSON.stringify(new URL('../../src/parent/index.ts', import.meta.url).href)})
      const { eif } = await buildImage({ app: { source: '' } })
      const parent = await createParent({ vcpus: 1, memoryMiB: 64 })
      await parent.prepare(eif, { memoryMiB: 64 })`
    const words = ['--input-type=module', '--eval', program]
    await expect(promisify(execFile)(process.execPath, words)).resolves.toMatchObject({ stderr: '' })
  })

  test('has nothing to do with the caller’s bytes any more', async () => {
    await using parent = await open()
    const own = eif.slice()
    const image = await parent.prepare(own, { memoryMiB: 64 })
    own.fill(0)
    image.pcrs.get(0)!.fill(0)
    const enclave = await start(parent, image)
    const plain = await start(parent, eif)
    expect(pcrHex(enclave.pcrs, 0)).toBe(pcrHex(plain.pcrs, 0))
  })

  test('may be started with another amount of memory, for which it is prepared then', async () => {
    await using parent = await open()
    const image = await parent.prepare(eif, { memoryMiB: 64 })
    const before = keptComponents().count
    const enclave = await start(parent, image, { memoryMiB: 96 })
    expect(enclave.describe().memoryMiB).toBe(96)
    expect(keptComponents().count).toBe(before + 1)
  })

  test('is measured as its profile says: a parent of another one refuses it', async () => {
    await using parent = await open()
    await using nitro = await open('nitro')
    const image = await nitro.prepare(eif, { memoryMiB: 64 })
    expect(pcrHex(image.pcrs, 2)).not.toMatch(/^0+$/)
    await expect(start(parent, image)).rejects.toMatchObject({ code: 'E_PARENT_OPTION', got: 'nitro' })
    expect(parent.query()).toEqual([])
  })

  test('is refused if its manifest does not allow the start', async () => {
    await using parent = await open()
    const manifest = { memoryMiB: 64, debug: false }
    const strict = await buildImage({ app: { source: SOURCE }, manifest })
    const image = await parent.prepare(strict.eif, { memoryMiB: 64 })
    await expect(start(parent, image, { debug: true })).rejects.toMatchObject({ code: 'E_IMAGE_DEBUG' })
    await expect(start(parent, image, { memoryMiB: 48 })).rejects.toMatchObject({ code: 'E_IMAGE_MEMORY' })
  })

  test('is not prepared if it is damaged, too large, or its parent is closed', async () => {
    const parent = await open()
    const damaged = eif.slice()
    damaged[damaged.length - 1]! ^= 1
    await expect(parent.prepare(damaged, { memoryMiB: 64 })).rejects.toMatchObject({ code: 'E_IMAGE_CRC' })
    await expect(parent.prepare(eif, { memoryMiB: 1 })).rejects.toMatchObject({ code: 'E_IMAGE_SIZE' })
    await expect(parent.prepare(eif, { memoryMiB: 0 })).rejects.toMatchObject({ code: 'E_PARENT_OPTION' })
    await parent.close()
    await expect(parent.prepare(eif, { memoryMiB: 64 })).rejects.toMatchObject({ code: 'E_PARENT_CLOSED' })
  })

  test('is refused once its signing certificate has expired', async () => {
    await using parent = await open()
    const image = await parent.prepare(await signImage(eif, testSigner()), { memoryMiB: 64 })
    const days = 24 * 60 * 60 * 1000
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30 * days })
    await expect(start(parent, image)).rejects.toMatchObject({ code: 'E_IMAGE_CERTIFICATE' })
    vi.useRealTimers()
    expect((await start(parent, image)).state).toBe('running')
  })

  test('leaves no Worker of a start that was aborted, whenever that was', async () => {
    const take = vi.spyOn(SpareWorker.prototype, 'take')
    await using parent = await open()
    const image = await parent.prepare(eif, { memoryMiB: 64 })
    const controller = new AbortController()
    const early = start(parent, image, { signal: AbortSignal.abort() })
    await expect(early).rejects.toThrow()
    const late = start(parent, image, { signal: controller.signal })
    setTimeout(() => controller.abort())
    await Promise.allSettled([late])
    await image.close()
    const taken = await Promise.all(take.mock.results.map(({ value }) => value))
    take.mockRestore()
    let left = 0
    for (const worker of taken) {
      if (!worker) continue
      left += 1
      void worker.ended.then(() => {
        left -= 1
      })
    }
    await expect.poll(() => left).toBe(0)
  })

  test('and its starts leave no listener at their parent once they are over', async () => {
    await using parent = await open()
    const listening = new Map<unknown, number>()
    const { addEventListener, removeEventListener } = EventTarget.prototype
    const count = (by: number) =>
      function (this: EventTarget, ...given: Parameters<EventTarget['addEventListener']>) {
        if (given[0] === 'abort') listening.set(this, (listening.get(this) ?? 0) + by)
        return (by > 0 ? addEventListener : removeEventListener).apply(this, given)
      }
    const add = vi.spyOn(EventTarget.prototype, 'addEventListener').mockImplementation(count(1))
    const remove = vi.spyOn(EventTarget.prototype, 'removeEventListener').mockImplementation(count(-1))
    const image = await parent.prepare(eif, { memoryMiB: 64 })
    await (await start(parent, image)).stop()
    await image.close()
    add.mockRestore()
    remove.mockRestore()
    expect(listening.size).toBeGreaterThan(1)
    expect([...listening.values()].filter((left) => left > 0)).toEqual([])
  })
})
