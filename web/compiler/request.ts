/** What the compiler is asked to build, and its bounds. A request may come from a link that somebody else wrote. */
import { EnclaveError } from '../../src/base/error.ts'
import type { ProfileName } from '../../src/base/profile.ts'
import type { Manifest } from '../../src/image/index.ts'

/** Files by their paths, relative to the application's folder. */
export type Sources = Readonly<Record<string, string | Uint8Array>>

/** What to build. */
export interface BuildRequest {
  readonly files: Sources
  /** The file that is built; by default the one that `qt enclave make-img` finds in the folder. */
  readonly entry?: string
  /** Also with the bundler's choices. */
  readonly manifest?: Manifest
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Read-only files for the application while it runs. */
  readonly imageFiles?: Sources
  readonly name?: string
  readonly version?: string
  /** @default 'qingtian' */
  readonly profile?: ProfileName
}

/** Maximum number of files, of sources and of read-only files each. */
export const MAX_FILES = 256
/** Maximum total size of them, in bytes. */
export const MAX_BYTES: number = 4 * 1024 * 1024
const MAX_PATH = 200

/**
 * The files of a request as bytes.
 * @throws {EnclaveError} E_APP_FILE for too many or too large files, and for an invalid path.
 */
export function checkFiles(files: Sources): Map<string, Uint8Array> {
  const checked = new Map<string, Uint8Array>()
  const entries = Object.entries(files)
  if (entries.length > MAX_FILES)
    throw refuse('the application has too many files', `at most ${MAX_FILES}`, `${entries.length}`)
  let total = 0
  for (const [path, content] of entries) {
    checkPath(path)
    // A text has at least as many bytes as characters, so a huge one is not encoded first.
    total += content.length
    const bytes =
      total > MAX_BYTES || typeof content !== 'string' ? content : new TextEncoder().encode(content)
    if (typeof bytes !== 'string') total += bytes.length - content.length
    if (total > MAX_BYTES || typeof bytes === 'string')
      throw refuse('the files of the application are too large', `at most ${MAX_BYTES} bytes`, 'more')
    checked.set(path, bytes)
  }
  for (const path of checked.keys()) checkFolders(path, checked)
  return checked
}

/** A path in the application's folder; also for the entry. */
export function checkPath(path: string): void {
  const parts = path.split('/')
  if (path.length <= MAX_PATH && parts.every((part) => part !== '' && part !== '.' && part !== '..')) return
  const got = JSON.stringify(path.slice(0, 64))
  throw refuse(
    'a file of the application has an invalid path',
    `a relative path of at most ${MAX_PATH} characters`,
    got,
  )
}

/** A folder cannot be a file as well. */
function checkFolders(path: string, files: ReadonlyMap<string, unknown>): void {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const folder = path.slice(0, at)
    if (files.has(folder))
      throw refuse(
        `${JSON.stringify(folder)} is a file and a folder`,
        'different names',
        JSON.stringify(path),
      )
  }
}

function refuse(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_APP_FILE', { what, expected, got })
}
