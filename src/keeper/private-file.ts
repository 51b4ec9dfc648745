/** State files with mode 0600, written atomically. */
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
 * Writes `text` to the file `path`, replacing its content. If it need not survive a reboot (`lasts` is false),
 * it is not synced to disk.
 * @throws {EnclaveError} E_STATE_FILE
 */
export function writeWhole(path: string, text: string | Uint8Array, lasts = true): void {
  throughDraft(path, text, lasts, (draft) => renameSync(draft, path))
}

/**
 * The text of the file `path`; if it is missing, it is created with `text`. Concurrent callers all get
 * the same text.
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

/** Removes the oldest files of a folder, so that at most `count` remain. */
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

/** The path of a temporary file that will replace `path`: an unguessable name, to be created exclusively. */
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
