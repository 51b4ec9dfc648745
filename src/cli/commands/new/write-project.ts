/** Writes the folder of a new project. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EnclaveError } from '../../../base/error.ts'
import { draftOf } from '../../../keeper/private-file.ts'

/** What `rename` fails with if the folder exists and is not empty, or is a file or a link. */
const TAKEN = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR'])

/**
 * Writes `files` to the new or empty folder `path`: all of them or nothing, because they are written to another folder
 * first, which is then renamed.
 * @throws {EnclaveError} E_NEW_FOLDER if something is there; E_FILE
 */
export async function writeProject(path: string, files: ReadonlyMap<string, string>): Promise<void> {
  const draft = draftOf(path)
  try {
    await writeFiles(draft, files)
    await rename(draft, path).catch((cause: NodeJS.ErrnoException) => {
      throw TAKEN.has(cause.code ?? '') ? taken(path, cause) : cause
    })
  } catch (cause) {
    await rm(draft, { recursive: true, force: true })
    if (cause instanceof EnclaveError) throw cause
    const got = (cause as Error).message
    throw new EnclaveError('E_FILE', { what: `the project ${path} cannot be written`, got, cause })
  }
}

async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(folder)
  for (const [name, text] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

const taken = (path: string, cause: unknown) =>
  new EnclaveError('E_NEW_FOLDER', {
    what: `${path} exists already`,
    expected: 'a name that is free, or an empty folder',
    hint: 'nothing was written',
    cause,
  })
