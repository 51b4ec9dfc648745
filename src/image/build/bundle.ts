/**
 * Reads an application from a path: a `.wasm` component as it is, TypeScript or JavaScript bundled with everything it
 * imports into one CommonJS text, which the engine evaluates (DESIGN decision 3). The same sources give the same bytes
 * on every machine: no path of the machine, no tsconfig of it, no time gets in. Node only; loaded when needed.
 */
import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildFailure, Message } from 'esbuild'
import { EnclaveError } from '../../base/error.ts'
import { ARTEFACTS } from '../../platform/artefacts.ts'
import type { ApplicationInput } from './application-input.ts'
import { applicationModules, IMPORT_ERROR } from './bundle-modules.ts'

/** What can be told to the bundler. */
export interface BundleOptions {
  /** The module that `webclave/sdk` stands for. @default the SDK of this release */
  readonly sdk?: string
}

/** Where a folder's application begins, in the order in which they are looked for. */
const ENTRIES = ['index.ts', 'main.ts', 'index.js', 'main.js']
const SCRIPTS = new Set(['.ts', '.mts', '.js', '.mjs', '.cjs'])

/**
 * The application at `path`, a file or a folder.
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
 * The module `entry` and all it imports, as one CommonJS text.
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
      // A tsconfig found above the folder would make the bytes depend on where it lies.
      tsconfigRaw: {},
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: [applicationModules(root, options.sdk ?? shippedSdk())],
    })
    return outputFiles[0]!.text
  } catch (cause) {
    throw bundleError(cause)
  }
}

/** The SDK as it is released, also in a checkout: its bytes are measured, and must be the same in both. */
function shippedSdk(): string {
  return fileURLToPath(ARTEFACTS.sdk)
}

async function findEntry(path: string, given: string): Promise<string> {
  const kind = await kindOf(path)
  if (kind === 'file') return path
  if (kind === undefined) throw notFound(given, 'a folder, or a .ts, .js or .wasm file', 'nothing there')
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
    throw new EnclaveError('E_APP_SYNTAX', { what: 'package.json of the application is no JSON', cause })
  }
}

function notFound(path: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_APP_NOT_FOUND', { what: `there is no application at ${path}`, expected, got })
}

/** The first error of esbuild, as one of ours. */
function bundleError(cause: unknown): unknown {
  const message: Message | undefined = (cause as Partial<BuildFailure>).errors?.[0]
  if (!message) return cause
  const { location, text, detail } = message
  // Modules stand in a namespace of our own: "app:index.ts".
  const file = location?.file.replace(/^\w+:/, '')
  const where = location ? `${file}:${location.line}: ` : ''
  if (detail === IMPORT_ERROR || text.startsWith('Could not resolve')) {
    return new EnclaveError('E_APP_IMPORT', {
      what: `${where}${text}`,
      expected:
        "webclave/sdk, qingtian:enclave/…, wasi:…, or a module among the application's own dependencies",
      hint: 'An enclave has no Node: no files of the machine, no processes, no network.',
    })
  }
  const awaits = text.startsWith('Top-level await')
  return new EnclaveError('E_APP_SYNTAX', {
    what: `${where}${awaits ? 'an application cannot await outside of its functions' : text}`,
    ...(location && { got: location.lineText.trim().slice(0, 100) }),
    ...(awaits && {
      hint: 'Put it into the function that the application exports: export default async function main() { … }',
    }),
  })
}
