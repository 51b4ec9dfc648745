/**
 * The program that an enclave is started with: the division of its memory, its image's contents, and the start's
 * options.
 */

import { beforeEach, describe, expect, test } from 'vitest'
import { forgetComponents } from '../../src/hypervisor/components.ts'
import { buildImage } from '../../src/image/index.ts'
import type { CheckedImage } from '../../src/parent/checked-image.ts'
import { createParent, type StartOptions } from '../../src/parent/index.ts'
import { type Launch, launch } from '../../src/parent/launch.ts'
import type { KeeperStartOptions } from '../../src/parent/options.ts'
import { command } from '../support/components.ts'
import { fakePlace } from './fake-place.ts'

const MIB = 1_048_576
/** Bytes of the memory that a Worker and its hypervisor share: control words, a mailbox, a console, and two rings. */
const SHARED = 131_072 + 524_288 + 1_048_576

beforeEach(forgetComponents)

/** Starts an enclave with `options`; returns the program that was sent, and the parts of its component's cache key. */
async function launched(
  options: Partial<StartOptions> = {},
  image: Parameters<typeof buildImage>[0] | undefined = undefined,
) {
  const { eif } = await buildImage(
    image ?? {
      app: { component: await command('(i32.const 0)') },
      args: ['one', 'two'],
      env: { COLOUR: 'blue' },
      files: { 'etc/motd': new TextEncoder().encode('welcome') },
    },
  )
  await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
  const fake = fakePlace({ cid: options.cid ?? 4 })
  const keys: string[] = []
  forgetComponents()
  const componentStore = {
    async load(key: string) {
      keys.push(key)
      return { glue: 'the glue', moduleBytes: new Map() }
    },
    save() {},
  }
  const more = { isolation: 'process' as const, place: fake.place, componentStore }
  await parent.start(eif, { vcpus: 1, memoryMiB: 64, ...more, ...options })
  return { ...fake.programs[0]!, key: keys[0]!.split(' ') }
}

describe('an enclave', () => {
  test('has for its component its memory minus both ends’ buffers and the shared memory', async () => {
    const { boot, key } = await launched()
    expect(boot.bufferPool).toBe(4 * MIB)
    expect(key[1]).toBe(String(56 * MIB - SHARED))
    const larger = await launched({ memoryMiB: 128 })
    expect(larger.boot.bufferPool).toBe(8 * MIB)
    expect(larger.key[1]).toBe(String(112 * MIB - SHARED))
  })

  test('has its image’s arguments, environment and files, and no source', async () => {
    const { boot, component, kernel } = await launched()
    expect(boot).toMatchObject({
      args: ['/app.wasm', 'one', 'two'],
      env: [['COLOUR', 'blue']],
      source: undefined,
      cid: 4,
      debug: false,
    })
    expect(boot.files.get('etc/motd')).toEqual(new TextEncoder().encode('welcome'))
    expect([component.glue, kernel.includes('webclaveKernel')]).toEqual(['the glue', true])
  })

  test('in TypeScript has its source, and compiled cryptography in addition to the engine', async () => {
    const { boot, key } = await launched({}, { app: { source: 'module.exports.default = () => 42' } })
    expect(new TextDecoder().decode(boot.source)).toContain('42')
    expect(key[2]).toMatch(/^[0-9a-f]{64}$/)
    expect((await launched()).key[2]).toBe('undefined')
  })

  test('has the CID, debug mode and CPU limit of its options', async () => {
    const { boot, cpuLimit } = await launched({ cid: 77, debug: true, cpuLimit: 5000 })
    expect([boot.cid, boot.debug, cpuLimit]).toEqual([77, true, 5000])
    expect((await launched()).cpuLimit).toBeUndefined()
  })

  test.each([
    [true, true, true],
    [true, false, false],
    [false, true, false],
    [false, false, false],
    [undefined, true, false],
    [true, undefined, false],
  ])(
    'has a fine clock if the image requests it (%s) and the start grants it (%s): %s',
    async (requested, granted, has) => {
      const component = await command('(i32.const 0)')
      const image = { app: { component }, manifest: requested === undefined ? {} : { fineClock: requested } }
      const { boot } = await launched(granted === undefined ? {} : { fineClock: granted }, image)
      expect(boot.fineClock).toBe(has)
    },
  )
})

describe('a launch', () => {
  test('that is aborted while its component is prepared fails immediately', async () => {
    const { eif } = await buildImage({ app: { component: await command('(i32.const 0)') } })
    await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
    const controller = new AbortController()
    const componentStore = {
      load: () => {
        controller.abort(new Error('enough'))
        return new Promise<never>(() => {})
      },
      save() {},
    }
    const options = { vcpus: 1, memoryMiB: 64, componentStore, signal: controller.signal }
    await expect(parent.start(eif, options)).rejects.toThrow('enough')
    expect(parent.query()).toEqual([])
  })

  test('whose signal has already aborted does not wait for a component', async () => {
    const component = new TextEncoder().encode('component')
    const contents = { app: { kind: 'component', bytes: component }, manifest: {} }
    const options = {
      share: { vcpus: 1, memoryMiB: 64, cid: 4 },
      signal: AbortSignal.abort(new Error('not wanted')),
      componentStore: { load: () => new Promise<never>(() => {}), save() {} },
    }
    const image = { pcrs: {}, contents, kernel: '' } as unknown as CheckedImage
    await expect(launch(image, options as unknown as Launch)).rejects.toThrow('not wanted')
  })

  test('fails if the kernel reports that it runs but has sent no heartbeat', async () => {
    const { eif } = await buildImage({ app: { component: await command('(i32.const 0)') } })
    await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
    const fake = fakePlace({ hangs: true })
    const starting = parent.start(eif, {
      vcpus: 1,
      memoryMiB: 64,
      isolation: 'process',
      place: fake.place,
      startTimeout: 1000,
    } as KeeperStartOptions)
    const failed = expect(starting).rejects.toMatchObject({ code: 'E_ENCLAVE_BOOT' })
    await expect.poll(() => fake.programs.length).toBe(1)
    fake.kernel.tellRunning()
    await failed
    expect(parent.query()).toEqual([])
  })

  test('runs in a Worker by default', async () => {
    const { eif } = await buildImage({ app: { component: await command('(i32.const 0)') } })
    await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
    const fake = fakePlace()
    const enclave = await parent.start(eif, {
      vcpus: 1,
      memoryMiB: 64,
      place: fake.place,
    } as KeeperStartOptions)
    expect(await enclave.exited).toEqual({ kind: 'exited', status: 0 })
    expect(fake.programs).toEqual([])
  })
})
