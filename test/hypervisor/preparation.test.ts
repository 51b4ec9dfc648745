/** What a component is admitted with: its memory, less what the module beside it may have, and more names for an engine. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import { CRYPTO_MODULE } from '../../src/boundary/boot-message.ts'
import { prepare } from '../../src/hypervisor/preparation.ts'
import type { Transpiled } from '../../src/hypervisor/transpile.ts'
import { readArchive } from '../../src/image/eif/cpio.ts'
import { openSource } from '../../src/image/eif/source.ts'
import { ARTEFACTS, readArtefact } from '../../src/platform/artefacts.ts'
import { command, HELD, MIB, toWat, wat } from '../admission/support.ts'

const PAGE = 65_536
/** A module's memory besides its pages, and what is held for one that exports a function and a memory. */
const OWN = HELD + 416

/** Admission alone: nothing is transpiled. */
const bare = (): Transpiled => ({ glue: 'the glue', modules: new Map() })
const moduleOf = async (pages: number) =>
  new Uint8Array(await wat(`(module (memory (export "memory") ${pages}) (func (export "go")))`)) as Bytes

let engine: Bytes
beforeAll(async () => {
  engine = await readArtefact(ARTEFACTS.engine)
})

describe('a component alone', () => {
  test('may have all of the memory', async () => {
    const component = new Uint8Array(await command('(memory 16)'))
    const held = (pages: number) => prepare({ component, memoryBytes: pages * PAGE, crypto: undefined }, bare)
    await expect(held(16)).rejects.toMatchObject({ code: 'E_ADMISSION_MEMORY' })
    expect(await held(18)).toEqual({ glue: 'the glue', moduleBytes: new Map() })
  })

  test('is refused an engine’s names, before it is transpiled', async () => {
    let asked = 0
    const transpile = () => {
      asked += 1
      return bare()
    }
    const preparation = { component: engine, memoryBytes: 64 * MIB, crypto: undefined }
    await expect(prepare(preparation, transpile)).rejects.toMatchObject({ code: 'E_ADMISSION_IMPORT' })
    expect(asked).toBe(0)
  })

  test('is transpiled as it is', async () => {
    const component = new Uint8Array(await command('(memory 1)'))
    let given: Bytes | undefined
    await prepare({ component, memoryBytes: 64 * MIB, crypto: undefined }, (bytes) => {
      given = bytes
      return bare()
    })
    expect(given).toBe(component)
  })
})

describe('an engine with a module beside it', () => {
  test('gets that module among its own', async () => {
    const crypto = await moduleOf(1)
    const { moduleBytes } = await prepare({ component: engine, memoryBytes: 64 * MIB, crypto }, bare)
    expect([...moduleBytes.keys()]).toEqual([CRYPTO_MODULE])
    // A quarter of it all, less what the host holds.
    const pages = Math.floor((16 * MIB - OWN) / PAGE)
    expect(await toWat(moduleBytes.get(CRYPTO_MODULE)!)).toContain(`(memory (;0;) 1 ${pages})`)
  })

  test('may have what the module may not: three of four parts', async () => {
    const crypto = await moduleOf(1)
    const archive = await readArtefact(ARTEFACTS.engineModules)
    const entries = await readArchive(await openSource(archive), 'the engine')
    const modules = new Map(
      entries.map(({ name, offset, size }) => [name, archive.slice(offset, offset + size)] as const),
    )
    const preparation = { component: engine, memoryBytes: 64 * MIB, crypto }
    const { moduleBytes } = await prepare(preparation, () => ({ glue: '', modules }))
    const texts = await Promise.all([...modules.keys()].map((name) => toWat(moduleBytes.get(name)!)))
    const [, most] = /\(memory \(;0;\) \d+ (\d+)\)/.exec(texts.join('\n'))!
    // Of 48 MiB the host holds some 4 for the engine's instances.
    expect(Number(most)).toBeLessThan((46 * MIB) / PAGE)
    expect(Number(most)).toBeGreaterThan((43 * MIB) / PAGE)
  })

  test('is refused where the module needs more than its quarter', async () => {
    const crypto = await moduleOf(257)
    await expect(prepare({ component: engine, memoryBytes: 64 * MIB, crypto }, bare)).rejects.toMatchObject({
      code: 'E_ADMISSION_MEMORY',
    })
  })

  test('must be one: another component is refused for want of its loop', async () => {
    const component = new Uint8Array(await command('(memory 1)'))
    const crypto = await moduleOf(1)
    await expect(prepare({ component, memoryBytes: 64 * MIB, crypto }, bare)).rejects.toMatchObject({
      code: 'E_ADMISSION_EXPORT',
    })
  })
})
