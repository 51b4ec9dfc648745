/** The verifier stands alone and stays small: what `webclave/attestation` costs a page. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

/** Bytes, minified and gzipped, as measured. A ratchet: lower it when the bundle shrinks, never raise it silently. */
const MEASURED = 17_023

const ROOM = new URL('../../src/attestation/', import.meta.url)

async function bundle(entry: string) {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(entry, ROOM))],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2024',
    // Neither Node's modules nor anything but our own files can be resolved silently.
    platform: 'neutral',
  })
  return { code: result.outputFiles[0]!.contents, inputs: Object.keys(result.metafile.inputs) }
}

test('the size of the verifier', async () => {
  const { code } = await bundle('index.ts')
  const size = gzipSync(code, { level: 9 }).byteLength
  expect(size).toBeLessThanOrEqual(MEASURED)
  // Far below the figure means that the figure is old, or that nothing was bundled.
  expect(size).toBeGreaterThan(0.9 * MEASURED)
})

test('it holds nothing but this room, src/base and src/encoding, and cannot issue', async () => {
  const { inputs } = await bundle('index.ts')
  expect(inputs.length).toBeGreaterThan(10)
  for (const input of inputs) expect(input).toMatch(/^src\/(?:attestation|base|encoding)\//)
  expect(inputs.filter((input) => /authority|issue/.test(input))).toEqual([])
})

test('the authority needs nothing else either', async () => {
  const { inputs } = await bundle('issue/authority.ts')
  for (const input of inputs) expect(input).toMatch(/^src\/(?:attestation|base|encoding)\//)
})

test('no file of the room names Node', () => {
  const files = readdirSync(ROOM, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  expect(files.length).toBeGreaterThan(20)
  for (const file of files) {
    const source = readFileSync(new URL(file, ROOM), 'utf8')
    expect(source, file).not.toMatch(/from 'node:|\bBuffer\b|\bprocess\.|\brequire\(/)
  }
})
