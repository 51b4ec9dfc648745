/** The bundle of `webclave/attestation` for a page stays small, and contains no Node modules and nothing that issues. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

/** The measured size in bytes, minified and gzipped. Lower it when the bundle shrinks, never raise it silently. */
const MEASURED = 17_900

const FOLDER = new URL('../../src/attestation/', import.meta.url)

async function bundle(entry: string) {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(entry, FOLDER))],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2024',
    // An import of a Node module fails instead of being resolved silently.
    platform: 'neutral',
  })
  return { code: result.outputFiles[0]!.contents, inputs: Object.keys(result.metafile.inputs) }
}

test('the verifier has the measured size', async () => {
  const { code } = await bundle('index.ts')
  const size = gzipSync(code, { level: 9 }).byteLength
  expect(size).toBeLessThanOrEqual(MEASURED)
  // A much smaller size means that the measured one is outdated, or that nothing was bundled.
  expect(size).toBeGreaterThan(0.9 * MEASURED)
})

test('the verifier contains only src/attestation without issue, src/base and src/encoding', async () => {
  const { inputs } = await bundle('index.ts')
  expect(inputs.length).toBeGreaterThan(10)
  for (const input of inputs) expect(input).toMatch(/^src\/(?:attestation|base|encoding)\//)
  expect(inputs.filter((input) => /authority|issue/.test(input))).toEqual([])
})

test('the authority contains only src/attestation, src/base and src/encoding', async () => {
  const { inputs } = await bundle('issue/authority.ts')
  for (const input of inputs) expect(input).toMatch(/^src\/(?:attestation|base|encoding)\//)
})

test('no file of src/attestation uses Node', () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  expect(files.length).toBeGreaterThan(20)
  for (const file of files) {
    const source = readFileSync(new URL(file, FOLDER), 'utf8')
    expect(source, file).not.toMatch(/from 'node:|\bBuffer\b|\bprocess\.|\brequire\(/)
  }
})
