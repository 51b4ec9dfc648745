/** Components are cached for the next start: the most recently used ones, within a limit of bytes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import type { PreparedComponent } from '../../src/boundary/program.ts'
import { forgetComponents, keptComponents, prepareComponent } from '../../src/hypervisor/components.ts'
import { ARTEFACTS, readArtefact } from '../../src/platform/artefacts.ts'
import { command } from '../admission/support.ts'

const MIB = 1 << 20

beforeEach(forgetComponents)
afterEach(forgetComponents)

/** A store that contains every component, each with a module of `moduleLength` bytes. */
const storeOf = (moduleLength: number) => ({
  async load(): Promise<PreparedComponent> {
    return { glue: '', moduleBytes: new Map([['core', new Uint8Array(moduleLength)]]) }
  },
  save() {},
})
const component = (name: string) => new TextEncoder().encode(name) as Uint8Array<ArrayBuffer>
const prepare = (name: string, length: number) =>
  prepareComponent(component(name), { memoryBytes: 16 * MIB, store: storeOf(length) })

describe('cached components', () => {
  test('are returned again, as the same object', async () => {
    const first = await prepare('a', 100)
    expect(await prepare('a', 200)).toBe(first)
    expect(keptComponents()).toEqual({ count: 1, length: 100 })
  })

  test('are eight at most; the least recently used is dropped first', async () => {
    const all = []
    for (const name of 'abcdefgh') all.push(await prepare(name, 1))
    expect(await prepare('a', 1)).toBe(all[0])
    await prepare('i', 1)
    expect(keptComponents()).toEqual({ count: 8, length: 8 })
    expect(await prepare('a', 1)).toBe(all[0])
    expect(await prepare('b', 1)).not.toBe(all[1])
  })

  test('have at most 32 MiB in total; the least recently used is dropped first', async () => {
    await prepare('a', 16 * MIB)
    await prepare('b', 16 * MIB)
    expect(keptComponents()).toEqual({ count: 2, length: 32 * MIB })
    await prepare('c', 1)
    expect(keptComponents()).toEqual({ count: 2, length: 16 * MIB + 1 })
    await prepare('d', 32 * MIB + 1)
    expect(keptComponents()).toEqual({ count: 0, length: 0 })
  })

  test('are not cached if they cannot be prepared', async () => {
    const broken = concatBytes(await command(''), Uint8Array.of(0xff))
    await expect(prepareComponent(broken, { memoryBytes: 16 * MIB })).rejects.toMatchObject({
      code: 'E_ADMISSION_MALFORMED',
    })
    expect(keptComponents()).toEqual({ count: 0, length: 0 })
  })

  test('differ for another memory size, or another crypto module', async () => {
    const options = { memoryBytes: 16 * MIB, store: storeOf(1) }
    const crypto = component('crypto')
    const all = [
      await prepareComponent(component('a'), options),
      await prepareComponent(component('a'), { ...options, memoryBytes: 17 * MIB }),
      await prepareComponent(component('a'), { ...options, crypto }),
      await prepareComponent(component('a'), { ...options, crypto: component('other') }),
    ]
    expect(new Set(all).size).toBe(4)
    expect(await prepareComponent(component('a'), { ...options, crypto })).toBe(all[2])
    // Large components are identified by another kind of digest, which must also distinguish them.
    const large = new Uint8Array(5 * MIB)
    const first = await prepareComponent(large, options)
    expect(await prepareComponent(large.slice(), options)).toBe(first)
    expect(await prepareComponent(large.with(5 * MIB - 1, 1), options)).not.toBe(first)
  })

  test('count with their glue', async () => {
    const store = {
      load: async (): Promise<PreparedComponent> => ({
        glue: 'four',
        moduleBytes: new Map([
          ['one', new Uint8Array(10)],
          ['two', new Uint8Array(100)],
        ]),
      }),
      save() {},
    }
    await prepareComponent(component('a'), { memoryBytes: MIB, store })
    expect(keptComponents()).toEqual({ count: 1, length: 114 })
  })
})

describe('a store', () => {
  test('is read once per component, and receives what it does not have, under the same key', async () => {
    const calls: [string, string][] = []
    let had: PreparedComponent | undefined
    const store = {
      async load(key: string) {
        calls.push(['load', key])
        return had
      },
      save(key: string, prepared: PreparedComponent) {
        calls.push(['save', key])
        had = prepared
      },
    }
    const bytes = new Uint8Array(await command('(memory 1)'))
    const options = { memoryBytes: 16 * MIB, store }
    const { prepared } = await prepareComponent(bytes, options)
    await prepareComponent(bytes, options)
    expect(calls.map(([name]) => name)).toEqual(['load', 'save'])
    expect(calls[0]![1]).toBe(calls[1]![1])
    expect(had).toBe(prepared)
    forgetComponents()
    expect((await prepareComponent(bytes, options)).prepared).toBe(prepared)
    expect(calls.map(([name]) => name)).toEqual(['load', 'save', 'load'])
  })
})

describe('a prepared component', () => {
  test('compiles its modules on first use, once', async () => {
    const bytes = new Uint8Array(await command('(memory 1)'))
    const component = await prepareComponent(bytes, { memoryBytes: 16 * MIB })
    const modules = await component.modules()
    expect([...modules.keys()]).toEqual([...component.prepared.moduleBytes.keys()])
    for (const module of modules.values()) expect(module).toBeInstanceOf(WebAssembly.Module)
    expect(await component.modules()).toBe(modules)
  })

  test('compiles them once for concurrent callers', async () => {
    const bytes = new Uint8Array(await command('(memory 1)'))
    const component = await prepareComponent(bytes, { memoryBytes: 16 * MIB })
    const [one, two] = await Promise.all([component.modules(), component.modules()])
    expect(one).toBe(two)
  })

  test('is available for this release’s engine without transpiling', async () => {
    const [engine, crypto] = await Promise.all(
      [ARTEFACTS.engine, ARTEFACTS.crypto].map((address) => readArtefact(address)),
    )
    const { prepared } = await prepareComponent(engine!, { memoryBytes: 64 * MIB, crypto })
    expect(prepared.glue).toBe(new TextDecoder().decode(await readArtefact(ARTEFACTS.engineGlue)))
    expect(prepared.moduleBytes.size).toBeGreaterThan(1)
  })
})
