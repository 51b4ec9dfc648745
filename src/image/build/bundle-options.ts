/** How esbuild is called: what the engine runs, which variants of packages are chosen, and what a bundle turns out to need. */
import type { BuildOptions, Metafile } from 'esbuild'
import type { BundlerChoices } from '../eif/manifest.ts'
import { usedGlobals } from './node-globals.ts'

/** The bundler's options for an application with these choices. */
export function bundlerOptions({ conditions = [], define = {} }: BundlerChoices): BuildOptions {
  return {
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    // An enclave is more like a browser than like Node: it has the Web's API and no files.
    platform: 'browser',
    target: 'es2025',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['browser', 'module', ...conditions],
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
    // A tsconfig in a parent folder would make the bytes depend on the folder's location.
    tsconfigRaw: {},
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

/** The changes of options that a bundle needs, if it needs any, seen from one with marked globals. */
export function neededChanges(code: string, metafile: Metafile): BuildOptions | undefined {
  const inject = usedGlobals(code, metafile)
  const tracks = Object.values(metafile.outputs).some(({ inputs }) =>
    Object.entries(inputs).some(
      ([name, { bytesInOutput }]) =>
        bytesInOutput > 0 && /^app:webclave@.*\/guest-modules\/async_hooks\.cjs$/.test(name),
    ),
  )
  if (inject.length === 0 && !tracks) return undefined
  return { inject, ...(tracks && AWAIT_AS_THEN) }
}
