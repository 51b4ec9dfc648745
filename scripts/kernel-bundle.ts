/** Bundles src/kernel into the one script that runs in every enclave, in Node and in browsers. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The script's bytes: a classic script that defines `webclaveKernel`. The same sources give the same bytes. */
export async function bundleKernel(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints: ['src/kernel/boot.ts'],
    bundle: true,
    format: 'iife',
    globalName: 'webclaveKernel',
    platform: 'neutral',
    target: 'es2024',
    legalComments: 'none',
    charset: 'utf8',
    tsconfigRaw: {},
    write: false,
  })
  return outputFiles[0]!.contents
}
