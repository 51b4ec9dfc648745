/**
 * A folder for files of an image, that only this user can read: removed when it was used, also after an error, at the end of
 * the process, and when a signal ends it. Errors of the file system become errors with a code. Node only.
 */
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EnclaveError } from '../base/error.ts'
import { tooMuch } from './refusal.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Another thread may still write a file while the folder is removed. */
const REMOVE = { recursive: true, force: true, maxRetries: 3 } as const

/** All folders that are in use share one listener for each signal: Node warns of more than ten. */
const folders = new Set<string>()

/**
 * The result of `use`, which gets the real path of a new folder.
 * @throws {EnclaveError} E_FILE if it cannot be made or written, E_OCI_LIMIT for paths that are too long, and those of `use`.
 */
export async function withTemporaryFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  let folder: string | undefined
  if (folders.size === 0) listen()
  try {
    // At once, so that no signal comes between its creation and its place in the list.
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'webclave-oci-')))
    folders.add(folder)
    return await use(folder)
  } catch (error) {
    throw coded(error)
  } finally {
    try {
      if (folder !== undefined) await rm(folder, REMOVE)
    } finally {
      // Only now: a signal during the removal ends it too early.
      folders.delete(folder ?? '')
      if (folders.size === 0) stopListening()
    }
  }
}

/** What another thread removes at the same time is missing when it is its turn, which counts as an error. */
const ATTEMPTS = 100

function removeAll(): void {
  for (const folder of folders)
    for (let attempt = 0; attempt < ATTEMPTS && existsSync(folder); attempt++) {
      try {
        rmSync(folder, REMOVE)
      } catch {
        // Once more. Then the process ends as it was told, and the other folders are removed before.
      }
    }
}

function onSignal(signal: NodeJS.Signals): void {
  removeAll()
  stopListening()
  // With a listener of the program, it is the program that decides whether it ends.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
}

function listen(): void {
  for (const signal of SIGNALS) process.on(signal, onSignal)
  process.on('exit', removeAll)
}

function stopListening(): void {
  for (const signal of SIGNALS) process.off(signal, onSignal)
  process.off('exit', removeAll)
}

function coded(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof EnclaveError || typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return error
  if (code === 'ENAMETOOLONG')
    return tooMuch(
      'a path of the image is too long for this machine',
      'the length that its file system takes',
    )
  return new EnclaveError('E_FILE', {
    what: 'the modules of the container image cannot be written for the bundler',
    expected: 'a temporary folder that can be written, with space for them',
    got: code,
    hint: 'set TMPDIR to such a folder',
    cause: error,
  })
}
