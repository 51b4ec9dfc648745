/** How esbuild is called: what the engine runs, which variants of packages are chosen, and what a bundle turns out to need. */
import type { BuildOptions, Message, Metafile } from 'esbuild'
import type { BundlerChoices } from '../eif/manifest.ts'
import { isOfRelease } from './namespaces.ts'
import { usedGlobals } from './node-globals.ts'
import { COMPUTED } from './warnings.ts'

/** What one run of the bundler gives. */
export interface Bundled {
  readonly code: string
  /** The source map; empty without `WITH_MAP`. */
  readonly map: string
  readonly metafile: Metafile
  readonly warnings: readonly Message[]
}

/** Runs the bundler with changes of its options. */
export type Run = (changes?: BuildOptions) => Promise<Bundled>

/** Options for a source map beside the code. */
export const WITH_MAP: BuildOptions = { sourcemap: 'external', sourcesContent: false, outfile: 'a.js' }

/** An external module that is imported by `import()` is required, because the engine has only `require`. */
const SUPPORTED = { 'dynamic-import': false }

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
    supported: SUPPORTED,
    // Style sheets of packages have no effect.
    loader: { '.css': 'empty', '.module.css': 'empty' },
    logOverride: Object.fromEntries(COMPUTED.map((id) => [id, 'warning'])),
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"', ...define },
  }
}

/**
 * The engine does not say which promise job belongs to which caller, so AsyncLocalStorage follows calls of `then`. With
 * this, `await` becomes one.
 */
const AWAIT_AS_THEN: BuildOptions = {
  supported: { ...SUPPORTED, 'async-await': false, 'async-generator': false, 'for-await': false },
}

/** The changes of options that a bundle needs, if it needs any, seen from one with marked globals. */
export function neededChanges(code: string, metafile: Metafile): BuildOptions | undefined {
  const inject = usedGlobals(code, metafile)
  const tracks = Object.values(metafile.outputs).some(({ inputs }) =>
    Object.entries(inputs).some(
      ([name, { bytesInOutput }]) => bytesInOutput > 0 && isOfRelease(name, '/guest-modules/async_hooks.cjs'),
    ),
  )
  if (inject.length === 0 && !tracks) return undefined
  return { inject, ...(tracks && AWAIT_AS_THEN) }
}
