/**
 * How a component is admitted: with its memory, less the memory of the crypto module, and with additional imports for
 * an engine.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import { CRYPTO_MODULE } from '../../src/boundary/boot-message.ts'
import { prepare } from '../../src/hypervisor/preparation.ts'
import { loadShipped } from '../../src/hypervisor/shipped-engine.ts'
import type { Transpiled } from '../../src/hypervisor/transpile.ts'
import { ARTEFACTS, readArtefact } from '../../src/platform/artefacts.ts'
import { command, HELD, MIB, toWat, wat } from '../admission/support.ts'

const PAGE = 65_536
/**
 * The memory of a module besides its pages, including what the host reserves for a module that exports a function and a
 * memory.
 */
const OWN = HELD + 416

/** A transpiler that does nothing, so that only admission is tested. */
const noTranspiler = (): Transpiled => ({ glue: 'the glue', modules: new Map() })
const moduleOf = async (pages: number) =>
  new Uint8Array(await wat(`(module (memory (export "memory") ${pages}) (func (export "go")))`)) as Bytes

let engine: Bytes
beforeAll(async () => {
  engine = await readArtefact(ARTEFACTS.engine)
})

describe('a component alone', () => {
  test('may use all of the memory', async () => {
    const component = new Uint8Array(await command('(memory 16)'))
    const held = (pages: number) =>
      prepare({ component, memoryBytes: pages * PAGE, crypto: undefined }, noTranspiler)
    await expect(held(16)).rejects.toMatchObject({ code: 'E_ADMISSION_MEMORY' })
    expect(await held(18)).toEqual({ glue: 'the glue', moduleBytes: new Map() })
  })

  test('is rejected before it is transpiled if it imports an engine’s names', async () => {
    let calls = 0
    const transpile = () => {
      calls += 1
      return noTranspiler()
    }
    const preparation = { component: engine, memoryBytes: 64 * MIB, crypto: undefined }
    await expect(prepare(preparation, transpile)).rejects.toMatchObject({ code: 'E_ADMISSION_IMPORT' })
    expect(calls).toBe(0)
  })

  test('is passed to the transpiler unchanged', async () => {
    const component = new Uint8Array(await command('(memory 1)'))
    let given: Bytes | undefined
    await prepare({ component, memoryBytes: 64 * MIB, crypto: undefined }, (bytes) => {
      given = bytes
      return noTranspiler()
    })
    expect(given).toBe(component)
  })
})

describe('an engine with a crypto module', () => {
  test('gets the crypto module among its modules', async () => {
    const crypto = await moduleOf(1)
    const { moduleBytes } = await prepare({ component: engine, memoryBytes: 64 * MIB, crypto }, noTranspiler)
    expect([...moduleBytes.keys()]).toEqual([CRYPTO_MODULE])
    // A quarter of the memory, less what the host reserves.
    const pages = Math.floor((16 * MIB - OWN) / PAGE)
    expect(await toWat(moduleBytes.get(CRYPTO_MODULE)!)).toContain(`(memory (;0;) 1 ${pages})`)
  })

  test('may use three quarters of the memory', async () => {
    const crypto = await moduleOf(1)
    const { record } = await loadShipped()
    const modules = new Map(
      Object.entries(record.parts).map(([name, [start, end]]) => [name, engine.slice(start, end)] as const),
    )
    const preparation = { component: engine, memoryBytes: 64 * MIB, crypto }
    const { moduleBytes } = await prepare(preparation, () => ({ glue: '', modules }))
    const texts = await Promise.all([...modules.keys()].map((name) => toWat(moduleBytes.get(name)!)))
    const [, most] = /\(memory \(;0;\) \d+ (\d+)\)/.exec(texts.join('\n'))!
    // Of 48 MiB the host reserves a part for the engine's instances.
    expect(Number(most)).toBeLessThan((48 * MIB) / PAGE)
    expect(Number(most)).toBeGreaterThan((43 * MIB) / PAGE)
  })

  test('is rejected if the crypto module needs more than its quarter', async () => {
    const crypto = await moduleOf(257)
    await expect(
      prepare({ component: engine, memoryBytes: 64 * MIB, crypto }, noTranspiler),
    ).rejects.toMatchObject({
      code: 'E_ADMISSION_MEMORY',
    })
  })

  test('must export its loop; another component is rejected', async () => {
    const component = new Uint8Array(await command('(memory 1)'))
    const crypto = await moduleOf(1)
    await expect(prepare({ component, memoryBytes: 64 * MIB, crypto }, noTranspiler)).rejects.toMatchObject({
      code: 'E_ADMISSION_EXPORT',
    })
  })
})
