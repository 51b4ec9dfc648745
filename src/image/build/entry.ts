/** Finds the file with which an application at a path begins. Node only. */
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EnclaveError } from '../../base/error.ts'

/** The entry file of an application, and the folder by which its modules are named: real paths. */
export interface Entry {
  readonly file: string
  readonly root: string
  /** The name in the application's package.json. */
  readonly self: string | undefined
}

/** The entry files of a folder, in order of preference. */
const ENTRIES = ['index.ts', 'main.ts', 'index.js', 'main.js']

/** @throws {EnclaveError} E_APP_NOT_FOUND; E_APP_SYNTAX for an invalid package.json. */
export async function findEntry(path: string, given: string): Promise<Entry> {
  const kind = await kindOf(path)
  if (kind === undefined)
    throw notFound(given, 'a folder, or a .ts, .js or .wasm file', 'no such file or folder')
  // Modules are named by real paths, so that it does not matter by which links an application is reached.
  if (kind === 'file') {
    const file = await realpath(path)
    const root = dirname(file)
    return { file, root, self: nameIn(await readPackage(root).catch(() => ({}))) }
  }
  const root = await realpath(path)
  const about = await readPackage(root)
  // `npm init` writes a main that need not exist.
  const candidates = [...(typeof about.main === 'string' ? [about.main] : []), ...ENTRIES]
  for (const name of candidates) {
    const file = join(root, name)
    if ((await kindOf(file)) === 'file') return { file: await realpath(file), root, self: nameIn(about) }
  }
  throw notFound(given, `one of ${candidates.join(', ')} in it`, 'none of them')
}

/** The error for a path without an application. */
export function notFound(path: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_APP_NOT_FOUND', { what: `there is no application at ${path}`, expected, got })
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return 'folder'
  return found?.isFile() ? 'file' : undefined
}

interface About {
  readonly main?: unknown
  readonly name?: unknown
}

async function readPackage(folder: string): Promise<About> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return {}
  try {
    return JSON.parse(text) ?? {}
  } catch (cause) {
    throw new EnclaveError('E_APP_SYNTAX', {
      what: 'package.json of the application is not valid JSON',
      cause,
    })
  }
}

const nameIn = ({ name }: About) => (typeof name === 'string' ? name : undefined)
