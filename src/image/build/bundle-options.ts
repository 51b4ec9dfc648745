/** How esbuild is called: what the engine runs, and which variants of packages are chosen. */
import type { BuildOptions, Metafile } from 'esbuild'
import type { BundlerChoices } from '../eif/manifest.ts'
import { GLOBAL } from './bundle-modules.ts'

/** The bundler's options for an application with these choices. */
export function bundlerOptions({ conditions = [], define = {} }: BundlerChoices): BuildOptions {
  return {
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    platform: 'neutral',
    target: 'es2025',
    // An enclave is more like a browser than like Node: it has the Web's API and no files.
    mainFields: ['browser', 'module', 'main'],
    conditions: ['browser', 'module', ...conditions],
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
    // A tsconfig in a parent folder would make the bytes depend on the folder's location.
    tsconfigRaw: {},
    // Each is part of the bundle only if a module names the global.
    inject: [`${GLOBAL}buffer`, `${GLOBAL}process`],
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"', ...define },
  }
}

/**
 * The engine does not say which promise job belongs to which caller, so AsyncLocalStorage follows calls of `then`. With
 * this, `await` becomes one.
 */
const AWAIT_AS_THEN: BuildOptions = {
  supported: { 'async-await': false, 'async-generator': false, 'for-await': false },
}

/** The changes of options that a bundle with these modules needs, if any. */
export function neededChanges({ outputs }: Metafile): BuildOptions | undefined {
  const modules = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))
  const tracks = modules.some(
    ([name, { bytesInOutput }]) =>
      bytesInOutput > 0 && /^app:.*@.*guest-modules\/async_hooks\.cjs$/.test(name),
  )
  return tracks ? AWAIT_AS_THEN : undefined
}
