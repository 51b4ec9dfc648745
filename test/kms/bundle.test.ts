/**
 * `webclave/kms` can be loaded in a browser: it imports Node's modules only dynamically. `webclave/attestation` does
 * not include it.
 */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

async function bundle(entry: string): Promise<{ inputs: string[]; text: string }> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    // Imported only after a check that this is Node.
    external: ['node:*'],
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  return { inputs: Object.keys(metafile.inputs), text: outputFiles[0]!.text }
}

test('webclave/kms has no static imports of Node’s modules', async () => {
  const { inputs, text } = await bundle('src/kms/index.ts')
  expect(inputs.length).toBeGreaterThan(60)
  expect(inputs.filter((name) => /sqlite|node-server|src\/(?:hypervisor|kernel|image)/.test(name))).toEqual(
    [],
  )
  expect(text.match(/^import .*from\s*["']node:/gm)).toBeNull()
})

test('webclave/attestation does not include the KMS', async () => {
  const { inputs } = await bundle('src/attestation/index.ts')
  expect(inputs.filter((name) => /kms|der-writer/.test(name))).toEqual([])
})
