/** Bundles a service worker into one script, to be served from the same folder as its page. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * The script's bytes: a classic script, which every browser accepts as a service worker. `define` replaces global names.
 */
export async function bundleServiceWorker(
  entry = 'src/platform/service-worker.ts',
  define: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    platform: 'neutral',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    tsconfigRaw: {},
    write: false,
    define,
  })
  return outputFiles[0]!.contents
}
