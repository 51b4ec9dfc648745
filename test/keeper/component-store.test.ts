/** Prepared components in the user's cache, which later processes reuse. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PreparedComponent } from '../../src/boundary/program.ts'
import { V8_FLAGS } from '../../src/hypervisor/process-script.ts'
import { DiskComponents } from '../../src/keeper/component-store.ts'
import { expectedComponent } from '../../src/keeper/expected-component.ts'
import { logFile } from '../../src/keeper/log.ts'
import { makeCode } from '../../src/platform/script-code.ts'
import { useHome } from './own-home.ts'

vi.mock('../../src/platform/script-code.ts', () => ({ makeCode: vi.fn() }))

const home = useHome()
const files = () => readdirSync(home.cache('components'))
const component: PreparedComponent = {
  glue: 'export const glue = 1',
  moduleBytes: new Map([['one', Uint8Array.of(1, 2)]]),
}
const code = Uint8Array.of(7, 8)
beforeEach(() => void vi.mocked(makeCode).mockResolvedValue(code))
afterEach(() => {
  vi.restoreAllMocks()
  vi.mocked(makeCode).mockReset()
})

async function save(key: string): Promise<DiskComponents> {
  const store = new DiskComponents()
  await store.load(key)
  store.save(key, component)
  await store.settled()
  return store
}

/** The name of the component that the next start of the image would get. */
function expected(): string | undefined {
  using found = expectedComponent('/a.eif', 128)
  return found?.name
}

describe('a component', () => {
  test('is loaded by its key, with V8’s code cache', async () => {
    await save('key')
    const loaded = await new DiskComponents().load('key')
    expect(loaded).toMatchObject({ glue: component.glue, code, moduleBytes: component.moduleBytes })
    expect(files()).toEqual([loaded!.name])
    expect(loaded!.name).toMatch(/^[0-9a-f]{96}$/)
    const again = new DiskComponents()
    await again.load('key')
    await again.settled()
    expect(makeCode).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(component.glue), V8_FLAGS)
    expect(await new DiskComponents().load('other')).toBeUndefined()
  })

  test('is stored per version of Node', async () => {
    await save('key')
    vi.spyOn(process, 'version', 'get').mockReturnValue('v1.2.3')
    expect(await new DiskComponents().load('key')).toBeUndefined()
  })

  test('may have no code cache, which the next start then requests again', async () => {
    vi.mocked(makeCode).mockResolvedValueOnce(undefined)
    await save('key')
    const store = new DiskComponents()
    expect((await store.load('key'))!.code).toBeUndefined()
    await store.settled()
    expect((await new DiskComponents().load('key'))!.code).toEqual(code)
    expect(makeCode).toHaveBeenCalledTimes(2)
  })

  test('is ignored if it is damaged', async () => {
    await save('key')
    writeFileSync(home.cache('components', files()[0]!), 'damaged')
    expect(await new DiskComponents().load('key')).toBeUndefined()
  })

  test('is kept while it is one of the newest sixteen', async () => {
    const store = new DiskComponents()
    await store.load('')
    for (let at = 0; at < 16; at++) store.save(String(at), component)
    await store.settled()
    expect(files()).toHaveLength(16)
    store.save('one more', component)
    await store.settled()
    expect(files()).toHaveLength(16)
  })

  test('that cannot be stored is only logged', async () => {
    mkdirSync(home.cache(), { recursive: true })
    writeFileSync(home.cache('components'), '')
    const store = await save('key')
    expect(await store.load('key')).toBeUndefined()
    expect(readFileSync(logFile(), 'utf8')).toContain('"event":"cache not written"')
  })
})

describe('the next start of an image', () => {
  test('finds the component that was saved', async () => {
    const store = await save('key')
    store.expectFor('/a.eif', 128)
    await store.settled()
    expect(expected()).toBe(files()[0])
  })

  test('finds the component that was loaded', async () => {
    await save('key')
    const store = new DiskComponents()
    await store.load('key')
    store.expectFor('/a.eif', 128)
    await store.settled()
    expect(expected()).toBe(files()[0])
  })

  test('finds nothing if there is no component', async () => {
    const store = new DiskComponents()
    await store.load('key')
    store.expectFor('/a.eif', 128)
    await store.settled()
    expect(expected()).toBeUndefined()
    expect(readdirSync(home.cache())).toEqual(['components'])
    expect(readdirSync(home.state('..'))).toEqual([])
  })
})
