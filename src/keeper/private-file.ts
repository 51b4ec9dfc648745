/** Files of the instance's: mode 0600, written whole or not at all. */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { stateFailure } from './directories.ts'

/**
 * Puts `text` into the file `path`, in the place of what is there. Where it need not outlive the machine's next start,
 * the disk is not waited for.
 * @throws {EnclaveError} E_STATE_FILE
 */
export function writeWhole(path: string, text: string | Uint8Array, lasts = true): void {
  throughDraft(path, text, lasts, (draft) => renameSync(draft, path))
}

/**
 * The text of the file `path`; where there is none, `text`, which is then in it: of several who ask at once, all get
 * the same.
 * @throws {EnclaveError} E_STATE_FILE
 */
export function readOrWrite(path: string, text: () => string): string {
  const kept = readIfThere(path)
  if (kept !== undefined) return kept
  throughDraft(path, text(), true, (draft) => {
    try {
      linkSync(draft, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  })
  return readIfThere(path) ?? ''
}

/** Removes the oldest files of a folder where it has more than `count`. */
export function keepNewest(folder: string, count: number): void {
  const paths = readdirSync(folder).map((name) => join(folder, name))
  if (paths.length <= count) return
  const age = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const oldest = paths.toSorted((left, right) => age(right) - age(left)).slice(count)
  for (const path of oldest) rmSync(path, { force: true })
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw stateFailure(`${path} cannot be read`, cause)
  }
}

/** Where a file is written before it takes the place of `path`: a name that nobody can guess, to be made anew. */
export function draftOf(path: string): string {
  return `${path}.${randomBytes(12).toString('hex')}.part`
}

function throughDraft(
  path: string,
  text: string | Uint8Array,
  lasts: boolean,
  put: (draft: string) => void,
): void {
  const draft = draftOf(path)
  try {
    const file = openSync(draft, 'wx', 0o600)
    try {
      const bytes = typeof text === 'string' ? Buffer.from(text) : text
      for (let sent = 0; sent < bytes.byteLength; ) sent += writeSync(file, bytes, sent)
      if (lasts) fsyncSync(file)
    } finally {
      closeSync(file)
    }
    put(draft)
  } catch (cause) {
    throw stateFailure(`${path} cannot be written`, cause)
  } finally {
    rmSync(draft, { force: true })
  }
}
