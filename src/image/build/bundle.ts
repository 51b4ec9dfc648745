/**
 * Reads an application from a path: a `.wasm` component as it is, TypeScript or JavaScript bundled with everything it
 * imports into one CommonJS module, which the engine evaluates. The same sources give the same bytes on every machine:
 * paths and times of the machine, and tsconfig files above the application, do not get into the bundle. Node only; loaded
 * on demand.
 */
import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions } from 'esbuild'
import { ARTEFACTS } from '../../platform/artefacts.ts'
import type { BundlerChoices } from '../eif/manifest.ts'
import { assertOwnFields } from './browser-fields.ts'
import { bundleError } from './bundle-error.ts'
import { applicationModules, ENTRY } from './bundle-modules.ts'
import { bundlerOptions, neededChanges, type Run, WITH_MAP } from './bundle-options.ts'
import { assertComplete, readConfiguration } from './configuration.ts'
import { type Entry, findEntry, notFound } from './entry.ts'
import { findIntl, mayUseIntl } from './intl.ts'
import { leftOutCalls } from './left-out.ts'
import { ModuleNames, nameOfInput, renameModules } from './module-names.ts'
import { markGlobals } from './node-globals.ts'
import { assertInside } from './outside.ts'
import { assertRuns } from './runs.ts'
import { sourceMapComment } from './source-map.ts'
import { limited, warningsOf } from './warnings.ts'

/** Options of the bundler. */
export interface BundleOptions {
  /** The file that `webclave/sdk` resolves to. @default the SDK of this release */
  readonly sdk?: string
  /** The application's choices, from its manifest. */
  readonly choices?: BundlerChoices
  /** Called with each file of the author's own that is read, also if the build fails later. */
  readonly onRead?: (file: string) => void
  /** The real path of a folder outside of which no module may be, for sources of somebody else. @default anywhere */
  readonly within?: string
}

/** An application as it is loaded from a path. */
export type LoadedPath =
  | { readonly component: Uint8Array }
  /** With what the author should know about, which does not prevent the build. */
  | { readonly source: string; readonly warnings: readonly string[] }

/** Node reads no larger files into memory. */
const MAX_SIZE = 2 ** 31 - 1

const SCRIPT = /^\.[cm]?[jt]sx?$/

/**
 * Loads the application at `path`, a file or a folder.
 *
 * @throws {EnclaveError} E_APP_NOT_FOUND, E_APP_IMPORT with file, line and name, E_APP_SYNTAX with file and line,
 *   E_APP_EMPTY if it runs nothing.
 * @example
 * const app = await loadPath('guests/echo') // { source: '…', warnings: [] }
 */
export async function loadPath(path: string, options: BundleOptions = {}): Promise<LoadedPath> {
  const entry = await findEntry(resolve(path), path)
  const { size } = await stat(entry.file)
  if (size > MAX_SIZE) throw notFound(path, `a file of at most ${MAX_SIZE} bytes`, `${size} bytes`)
  if (extname(entry.file) === '.wasm') return { component: new Uint8Array(await readFile(entry.file)) }
  if (!SCRIPT.test(extname(entry.file))) {
    throw notFound(
      path,
      'a folder, or a file that ends in .ts, .js or .wasm',
      extname(entry.file) || 'another file',
    )
  }
  return bundle(entry, options)
}

/** Bundles an application and everything it imports into one CommonJS module. */
async function bundle(
  entry: Entry,
  { sdk = fileURLToPath(ARTEFACTS.sdk), choices = {}, onRead = () => {}, within }: BundleOptions,
): Promise<{ source: string; warnings: readonly string[] }> {
  const { build } = await import('esbuild')
  const { file, root, self } = entry
  const nodeModules = dirname(fileURLToPath(ARTEFACTS.guestModules))
  const names = new ModuleNames(root, dirname(nodeModules))
  const nameOf = (input: string) => nameOfInput(input, root, names)
  const { alias = {}, external = [] } = choices
  const configuration = await readConfiguration(root)
  const isConfigured = configuration.isGiven
  const places = { entry: file, root, self, sdk, nodeModules, alias, external, isConfigured, onRead, within }
  const options: BuildOptions = { ...bundlerOptions(choices), ...configuration.options }
  const run: Run = async (changes = {}) => {
    const { outputFiles, metafile, warnings } = await build({
      ...options,
      entryPoints: [ENTRY],
      absWorkingDir: root,
      plugins: [applicationModules(places, names)],
      ...changes,
    })
    // A source map, if there is one, comes before the code.
    return { map: outputFiles![0]!.text, code: outputFiles!.at(-1)!.text, metafile: metafile!, warnings }
  }
  try {
    let bundled = await run({ ...markGlobals(options), ...WITH_MAP })
    const changes = neededChanges(bundled.code, bundled.metafile)
    if (changes) bundled = await run({ ...changes, ...WITH_MAP })
    assertComplete(bundled.warnings, nameOf)
    assertOwnFields(bundled.metafile, root, nameOf)
    assertInside(bundled.metafile, root, names)
    await assertRuns(file, run, configuration.options)
    const warnings = [
      ...configuration.warnings,
      ...warningsOf(bundled.warnings, nameOf),
      ...limited(leftOutCalls(bundled.code, bundled.metafile, nameOf), (more) => `${more} more such calls`),
      ...(mayUseIntl(bundled.code) ? await findIntl(run, options, nameOf) : []),
    ]
    const inputs = Object.keys(bundled.metafile.inputs)
    // The engine evaluates the bundle in a function, where only a comment may begin so.
    const code = renameModules(bundled.code, inputs, root, names).replace(/^#!/, '//')
    const isModule = new Set(inputs)
    const map = sourceMapComment(bundled.map, (source) => (isModule.has(source) ? nameOf(source) : undefined))
    return { source: code + map, warnings }
  } catch (cause) {
    throw bundleError(cause, nameOf)
  }
}
