/**
 * Images and admission without Node: their code imports nothing from Node statically, and needs only the APIs of a
 * page.
 */

import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { build as bundle } from 'esbuild'
import { beforeAll, expect, it } from 'vitest'
import { pcrHex } from '../../src/base/pcrs.ts'
import type { describeImage, readBootContents, verifyImage } from '../../src/image/index.ts'
import { testSigner } from './signer.ts'
import { build } from './support.ts'

interface Browser {
  describeImage: typeof describeImage
  readBootContents: typeof readBootContents
  verifyImage: typeof verifyImage
}

let code: string
let reached: string[]
beforeAll(async () => {
  const file = (room: string) =>
    JSON.stringify(fileURLToPath(new URL(`../../src/${room}/index.ts`, import.meta.url)))
  const { outputFiles, metafile } = await bundle({
    stdin: {
      contents: `export * from ${file('image')}; export * from ${file('admission')}`,
      resolveDir: '.',
    },
    bundle: true,
    write: false,
    metafile: true,
    format: 'iife',
    globalName: 'image',
    platform: 'browser',
    external: ['node:*', 'esbuild', './bundle.ts', './bundle-source.ts', './node-hash.ts'],
    logLevel: 'silent',
  })
  code = outputFiles[0]!.text
  reached = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external, kind }) => external && kind !== 'dynamic-import').map(({ path }) => path),
  )
})

it('uses Node only behind a dynamic import', () => {
  expect(reached).toEqual([])
  expect(code).toContain('import("./node-hash.ts")')
})

it('describes, verifies and reads an image with the APIs of a page', async () => {
  const { eif, pcrs } = await build({ signing: testSigner() })
  const page = {
    Blob,
    MessageChannel,
    crypto,
    TextEncoder,
    TextDecoder,
    URL,
    WebAssembly,
    atob,
    btoa,
    structuredClone,
  }
  const context = vm.createContext({ ...page, Uint8Array, ArrayBuffer })
  vm.runInContext(code, context)
  const image: Browser = context['image']
  const description = await image.describeImage(new Blob([eif]))
  expect(pcrHex(description.pcrs.qingtian, 0)).toBe(pcrHex(pcrs, 0))
  expect(pcrHex(description.pcrs.qingtian, 8)).toBe(pcrHex(pcrs, 8))
  expect(description.signature?.ok).toBe(true)
  expect((await image.verifyImage(eif)).container.crc).toBe(description.crc.computed)
  expect((await image.readBootContents(eif)).app.kind).toBe('source')
})
