/**
 * `--file HOST=GUEST`: read-only files for the enclave, from the application's own folder. HOST is a path in that
 * folder, like the source of COPY in a Dockerfile: nobody else could rebuild an image that took files from anywhere.
 */
import { realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { EnclaveError } from '../../base/error.ts'
import { UsageError } from './command.ts'
import { readInput } from './files.ts'

/**
 * The files that `pairs` name, keyed by their paths in the enclave.
 *
 * @throws {UsageError} E_USAGE for a pair without `=`, or two for one GUEST.
 * @throws {EnclaveError} E_APP_FILE for a HOST outside the application's folder, even through a symbolic link; E_FILE.
 */
export async function readFiles(
  app: string,
  pairs: readonly string[],
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  if (pairs.length === 0) return files
  const folder = await realpath((await isFolder(app)) ? app : dirname(app))
  for (const pair of pairs) {
    const [host, guest] = splitPair(pair)
    if (files.has(guest)) throw twice(guest)
    const path = resolve(folder, host)
    // Symbolic links are resolved first: what counts is where they lead.
    assertInside(folder, await realpath(path).catch(() => path), host)
    files.set(guest, await readInput(path, `the file ${host}`))
  }
  return files
}

/** @throws {UsageError} E_USAGE for a text without `=`. */
export function splitPair(pair: string): [host: string, guest: string] {
  const at = pair.lastIndexOf('=')
  const [host, guest] = [pair.slice(0, Math.max(at, 0)), pair.slice(at + 1).replace(/^\/+/, '')]
  if (host !== '' && guest !== '') return [host, guest]
  throw new UsageError('E_USAGE', {
    what: 'invalid --file',
    expected: 'HOST=GUEST',
    got: pair,
  })
}

/** The error for two files with one name. */
export function twice(guest: string): UsageError {
  return new UsageError('E_USAGE', { what: `--file names ${guest} twice` })
}

function assertInside(folder: string, path: string, given: string): void {
  const step = relative(folder, path)
  if (step !== '..' && !step.startsWith(`..${sep}`) && !isAbsolute(step)) return
  throw new EnclaveError('E_APP_FILE', {
    what: `the file ${given} is outside the folder of the application`,
    expected: 'a file in the folder of the application (--app)',
    hint: 'copy it into the folder, so that others can build the same image',
  })
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}
