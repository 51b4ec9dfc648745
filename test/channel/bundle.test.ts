/** What a page loads for the channel: the client with the verifier and HPKE, without X-Wing. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

/** The measured size in bytes, minified and gzipped, and what it may never exceed. */
const MEASURED = 35_100
const LIMIT = 40_000

async function bundle(external: string[] = []) {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../../src/channel/index.ts', import.meta.url))],
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: 'page',
    format: 'esm',
    target: 'es2024',
    platform: 'browser',
    // A bundler finds a stand-in in its place (scripts/node-only.ts).
    external: ['./node-sealing.ts', ...external],
  })
  return Object.entries(metafile.outputs).map(([name, { inputs }]) => ({
    inputs: Object.keys(inputs),
    size: gzipSync(outputFiles.find(({ path }) => path.endsWith(name))!.contents, { level: 9 }).byteLength,
  }))
}

const hasXWing = ({ inputs }: { inputs: string[] }) => inputs.some((input) => /hybridkem|mlkem/.test(input))

test('the client has the measured size, with its verifier and HPKE', async () => {
  const chunks = await bundle(['@hpke/hybridkem-x-wing'])
  const size = chunks.reduce((sum, chunk) => sum + chunk.size, 0)
  const inputs = chunks.flatMap((chunk) => chunk.inputs)
  for (const part of ['src/attestation/verify/verify.ts', '@hpke/core', 'src/channel/calls.ts'])
    expect(
      inputs.some((input) => input.includes(part)),
      part,
    ).toBe(true)
  expect(MEASURED).toBeLessThan(LIMIT)
  expect(size).toBeLessThanOrEqual(MEASURED)
  // A much smaller size means that the measured one is outdated, or that nothing was bundled.
  expect(size).toBeGreaterThan(0.9 * MEASURED)
})

test('X-Wing is loaded on demand only', async () => {
  const chunks = await bundle()
  expect(chunks.filter(hasXWing).length).toBeGreaterThan(0)
  const [main] = chunks.filter(({ inputs }) => inputs.includes('src/channel/index.ts'))
  expect(hasXWing(main!)).toBe(false)
  // What both packages use is a chunk of its own.
  expect(chunks.filter((chunk) => chunk.inputs.includes('src/channel/hpke-core.ts')).some(hasXWing)).toBe(
    false,
  )
})

test('neither cbor-x nor what only Node has is in it', async () => {
  const inputs = (await bundle()).flatMap((chunk) => chunk.inputs)
  expect(inputs.filter((input) => /cbor-x|src\/(?:sdk|parent|vsock)/.test(input))).toEqual([])
})
