/** Components that are kept ready for the next start: the newest, and no more bytes of them than are allowed. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import type { PreparedComponent } from '../../src/boundary/program.ts'
import { forgetComponents, keptComponents, prepareComponent } from '../../src/hypervisor/components.ts'
import { command } from '../admission/support.ts'

const MIB = 1 << 20

beforeEach(forgetComponents)
afterEach(forgetComponents)

/** A store that has every component ready, with a module of so many bytes. */
const storeOf = (moduleLength: number) => ({
  async load(): Promise<PreparedComponent> {
    return { glue: '', moduleBytes: new Map([['core', new Uint8Array(moduleLength)]]) }
  },
  save() {},
})
const component = (name: string) => new TextEncoder().encode(name) as Uint8Array<ArrayBuffer>
const prepare = (name: string, length: number) =>
  prepareComponent(component(name), { memoryBytes: 16 * MIB, store: storeOf(length) })

describe('components that are kept ready', () => {
  test('are given again, the very same', async () => {
    const first = await prepare('a', 100)
    expect(await prepare('a', 200)).toBe(first)
    expect(keptComponents()).toEqual({ count: 1, length: 100 })
  })

  test('are eight, the oldest forgotten first; one that is used again is new', async () => {
    const all = []
    for (const name of 'abcdefgh') all.push(await prepare(name, 1))
    expect(await prepare('a', 1)).toBe(all[0])
    await prepare('i', 1)
    expect(keptComponents()).toEqual({ count: 8, length: 8 })
    expect(await prepare('a', 1)).toBe(all[0])
    expect(await prepare('b', 1)).not.toBe(all[1])
  })

  test('have 32 MiB together, the oldest forgotten first', async () => {
    await prepare('a', 16 * MIB)
    await prepare('b', 16 * MIB)
    expect(keptComponents()).toEqual({ count: 2, length: 32 * MIB })
    await prepare('c', 1)
    expect(keptComponents()).toEqual({ count: 2, length: 16 * MIB + 1 })
    await prepare('d', 32 * MIB + 1)
    expect(keptComponents()).toEqual({ count: 0, length: 0 })
  })

  test('are no longer kept where they cannot be made ready', async () => {
    const broken = concatBytes(await command(''), Uint8Array.of(0xff))
    await expect(prepareComponent(broken, { memoryBytes: 16 * MIB })).rejects.toMatchObject({
      code: 'E_ADMISSION_MALFORMED',
    })
    expect(keptComponents()).toEqual({ count: 0, length: 0 })
  })
})
