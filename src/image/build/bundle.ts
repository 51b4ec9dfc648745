/**
 * Reads an application from a path: a `.wasm` component as it is, TypeScript or JavaScript bundled with everything it
 * imports into one CommonJS module, which the engine evaluates. The same sources give the same bytes on every machine:
 * paths, tsconfig files and times of the machine do not get into the bundle. Node only; loaded on demand.
 */
import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildFailure, Message } from 'esbuild'
import { EnclaveError } from '../../base/error.ts'
import { ARTEFACTS } from '../../platform/artefacts.ts'
import type { ApplicationInput } from './application-input.ts'
import { applicationModules, IMPORT_ERROR } from './bundle-modules.ts'

/** Options of the bundler. */
export interface BundleOptions {
  /** The file that `webclave/sdk` resolves to. @default the SDK of this release */
  readonly sdk?: string
}

/** The entry files of a folder, in order of preference. */
const ENTRIES = ['index.ts', 'main.ts', 'index.js', 'main.js']
const SCRIPTS = new Set(['.ts', '.mts', '.js', '.mjs', '.cjs'])

/**
 * Loads the application at `path`, a file or a folder.
 *
 * @throws {EnclaveError} E_APP_NOT_FOUND, E_APP_IMPORT with file, line and name, E_APP_SYNTAX with file and line.
 * @example
 * const app = await loadPath('guests/echo') // { source: '…' }
 */
export async function loadPath(
  path: string,
  options: BundleOptions = {},
): Promise<Exclude<ApplicationInput, { path: string }>> {
  const entry = await findEntry(resolve(path), path)
  if (extname(entry) === '.wasm') return { component: new Uint8Array(await readFile(entry)) }
  if (!SCRIPTS.has(extname(entry))) {
    throw notFound(
      path,
      'a folder, or a file that ends in .ts, .js or .wasm',
      extname(entry) || 'another file',
    )
  }
  return { source: await bundle(entry, options) }
}

/**
 * Bundles the module `entry` and everything it imports into one CommonJS module.
 * @throws {EnclaveError} E_APP_IMPORT, E_APP_SYNTAX
 */
export async function bundle(entry: string, options: BundleOptions = {}): Promise<string> {
  const { build } = await import('esbuild')
  const root = dirname(entry)
  try {
    const { outputFiles } = await build({
      entryPoints: [entry],
      absWorkingDir: root,
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'neutral',
      target: 'es2023',
      mainFields: ['module', 'main'],
      conditions: ['module'],
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      // A tsconfig in a parent folder would make the bytes depend on the folder's location.
      tsconfigRaw: {},
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: [applicationModules(root, options.sdk ?? shippedSdk())],
    })
    return outputFiles[0]!.text
  } catch (cause) {
    throw bundleError(cause)
  }
}

/** The released SDK, also in a checkout: its bytes are measured, and must be the same in both. */
function shippedSdk(): string {
  return fileURLToPath(ARTEFACTS.sdk)
}

async function findEntry(path: string, given: string): Promise<string> {
  const kind = await kindOf(path)
  if (kind === 'file') return path
  if (kind === undefined)
    throw notFound(given, 'a folder, or a .ts, .js or .wasm file', 'no such file or folder')
  const main = await packageMain(path)
  const candidates = main === undefined ? ENTRIES : [main]
  for (const name of candidates) {
    if ((await kindOf(join(path, name))) === 'file') return join(path, name)
  }
  throw notFound(given, `one of ${candidates.join(', ')} in it`, 'none of them')
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return 'folder'
  return found?.isFile() ? 'file' : undefined
}

async function packageMain(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const { main } = JSON.parse(text) as { main?: unknown }
    return typeof main === 'string' ? main : undefined
  } catch (cause) {
    throw new EnclaveError('E_APP_SYNTAX', {
      what: 'package.json of the application is not valid JSON',
      cause,
    })
  }
}

function notFound(path: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_APP_NOT_FOUND', { what: `there is no application at ${path}`, expected, got })
}

/** Converts the first error of esbuild to an EnclaveError. */
function bundleError(cause: unknown): unknown {
  const message: Message | undefined = (cause as Partial<BuildFailure>).errors?.[0]
  if (!message) return cause
  const { location, text, detail } = message
  // Removes the plugin's namespace from "app:index.ts".
  const file = location?.file.replace(/^\w+:/, '')
  const where = location ? `${file}:${location.line}: ` : ''
  if (detail === IMPORT_ERROR || text.startsWith('Could not resolve')) {
    return new EnclaveError('E_APP_IMPORT', {
      what: `${where}${text}`,
      expected:
        "webclave/sdk, qingtian:enclave/…, wasi:…, or a module among the application's own dependencies",
      hint: 'an enclave has no Node APIs: no host files, no processes, no network',
    })
  }
  const awaits = text.startsWith('Top-level await')
  return new EnclaveError('E_APP_SYNTAX', {
    what: `${where}${awaits ? 'top-level await is not supported in an application' : text}`,
    ...(location && { got: location.lineText.trim().slice(0, 100) }),
    ...(awaits && {
      hint: 'move it into the exported function: export default async function main() { … }',
    }),
  })
}
