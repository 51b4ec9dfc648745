/** The transpiler's output is sorted and checked; an error, or a missing transpiler, is reported. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import { collect, TRANSPILE_OPTIONS, transpileWith } from '../../src/hypervisor/transpile.ts'
import { ARTEFACTS } from '../../src/platform/artefacts.ts'
import { command } from '../admission/support.ts'

const textOf = (text: string): Bytes => new Uint8Array(new TextEncoder().encode(text))
const bytes = Uint8Array.of(1, 2, 3)

describe('the transpiler’s output', () => {
  test('consists of glue and modules only', () => {
    const files = [
      ['interfaces/io.d.ts', textOf('types')],
      ['component.core.wasm', bytes],
      ['component.js', textOf('the glue')],
      ['other.js', textOf('not the glue')],
      ['component.core2.wasm', textOf('second')],
    ] as const
    expect(collect(files)).toEqual({
      glue: 'the glue',
      modules: new Map([
        ['component.core.wasm', bytes],
        ['component.core2.wasm', textOf('second')],
      ]),
    })
  })

  test('is invalid without glue', () => {
    expect(() => collect([['component.core.wasm', bytes]])).toThrow('the transpiler generated no glue')
  })
})

describe('a transpiler', () => {
  test('gets options that leave everything to webclave’s kernel', () => {
    expect(TRANSPILE_OPTIONS).toEqual({
      name: 'component',
      noTypescript: true,
      noNodejsCompat: true,
      base64Cutoff: 0,
      instantiation: { tag: 'async' },
      importBindings: { tag: 'hybrid' },
    })
  })

  test('creates glue and a module for a component, and reports an invalid component', async () => {
    const transpile = transpileWith(ARTEFACTS.transpiler.href)
    const { glue, modules } = await transpile(new Uint8Array(await command('(memory 1)')))
    expect(glue).toContain('export')
    expect([...modules.keys()]).toEqual(['component.core.wasm'])
    await expect(transpile(new Uint8Array(20))).rejects.toMatchObject({
      code: 'E_COMPONENT_LINK',
      expected: 'a component of WASI 0.2',
      got: expect.not.stringMatching(/^$/),
    })
  })

  test('that is missing is reported; once it exists it is loaded, once', async () => {
    const folder = await mkdtemp(`${tmpdir()}/webclave-test-`)
    try {
      const path = `${folder}/transpiler.mjs`
      const address = pathToFileURL(path).href
      await expect(transpileWith(address)(bytes)).rejects.toMatchObject({
        code: 'E_ARTEFACT',
        hint: expect.stringContaining('artefactsAt'),
      })
      await writeFile(
        path,
        `globalThis.timesLoaded = (globalThis.timesLoaded ?? 0) + 1
        let isReady = false
        export const $init = Promise.resolve().then(() => { isReady = true })
        export const generate = () => ({ files: [['component.js', new TextEncoder().encode('ready ' + isReady)]] })`,
      )
      // A different URL each time, because Node remembers modules that failed to load.
      for (let times = 0; times < 2; times++)
        expect(await transpileWith(`${address}?again`)(bytes)).toMatchObject({ glue: 'ready true' })
      expect((globalThis as { timesLoaded?: number }).timesLoaded).toBe(1)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
