/** Mutated container images: they cause only EnclaveErrors, whether or not their digests and checksums are repaired. */
import { writeFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EnclaveError } from '../../src/base/error.ts'
import { loadContainerImage } from '../../src/oci/index.ts'
import { command } from '../support/components.ts'
import { archive, gzip, Images, layout } from '../support/containers.ts'
import { pax, tar } from '../support/tar.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 20_000 : 300
const BLOCK = 512

let images: Images
let layer: Uint8Array
beforeAll(async () => {
  images = await Images.create()
  const wasm = await command('(i32.const 0)')
  layer = tar(
    { name: 'd/', type: '5' },
    { name: 'd/a', data: 'text' },
    { name: 'd/hard', type: '1', link: 'd/a' },
    { name: 'd/soft', type: '2', link: 'a' },
    pax({ path: 'd/long' }),
    { name: 'short' },
    { name: 'd/.wh.none' },
    { name: 'app.wasm', data: wasm },
  )
})
afterAll(() => images[Symbol.asyncDispose]())

const change = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255))
const mutation = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  where: fc.constantFrom('layer', 'compressed', 'archive'),
})

/** Corrects the checksums of what looks like headers, because most checks come after them. */
function repair(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) {
    const header = bytes.subarray(at, at + BLOCK)
    if (String.fromCharCode(...header.subarray(257, 262)) !== 'ustar') continue
    header.fill(0x20, 148, 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.set(new TextEncoder().encode(sum.toString(8).padStart(6, '0')), 148)
  }
  return bytes
}

test('mutated images are taken or refused with a code', async () => {
  let refused = 0
  await fc.assert(
    fc.asyncProperty(mutation, async ({ changes, where }) => {
      const changed = (bytes: Uint8Array) => {
        const copy = bytes.slice()
        for (const [at, value] of changes)
          copy[Math.min(copy.length - 1, Math.floor(at * copy.length))] = value
        return copy
      }
      const isLayer = where === 'layer'
      const image = layout({
        layers: [isLayer ? repair(changed(layer)) : layer],
        run: { Entrypoint: ['/app.wasm'] },
        compress: where === 'compressed' ? (each) => changed(gzip(each)) : gzip,
      })
      const whole = archive(image)
      writeFileSync(images.at('fuzz.tar'), where === 'archive' ? repair(changed(whole)) : whole)
      const error: unknown = await loadContainerImage(images.at('fuzz.tar')).catch((reason) => reason)
      if (!(error instanceof Error)) return
      refused++
      expect(error).toBeInstanceOf(EnclaveError)
    }),
    { numRuns: RUNS },
  )
  expect(refused).toBeGreaterThan(RUNS / 4)
})
