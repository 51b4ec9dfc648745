/** Bundles the service worker of a tab into one script, to be served from the same folder as the page. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The script's bytes: a classic script, which every browser accepts as a service worker. */
export async function bundleServiceWorker(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints: ['src/platform/service-worker.ts'],
    bundle: true,
    format: 'iife',
    platform: 'neutral',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    tsconfigRaw: {},
    write: false,
  })
  return outputFiles[0]!.contents
}
