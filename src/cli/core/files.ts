/** Files that commands read and write; errors name the file and its purpose. */
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import { EnclaveError } from '../../base/error.ts'
import { draftOf } from '../../keeper/private-file.ts'

/** The bytes of `path`; `what` names the file in errors. @throws {EnclaveError} E_FILE */
export async function readInput(path: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await naming(`${what} cannot be read`, () => readFile(path)))
}

/** The text of `path`; `what` names the file in errors. @throws {EnclaveError} E_FILE */
export async function readText(path: string, what: string): Promise<string> {
  return naming(`${what} cannot be read`, () => readFile(path, 'utf8'))
}

/** Opens the regular file `path` for reading; the caller closes it. @throws {EnclaveError} E_FILE */
export async function openInput(path: string, what: string): Promise<FileHandle> {
  return naming(`${what} cannot be opened`, async () => {
    const handle = await open(path)
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
    throw new Error(`${path} is not a regular file`)
  })
}

/**
 * Writes `bytes` to `path` atomically. Others may be able to write to the folder: the temporary file has a name that
 * nobody can guess and is created exclusively, so that nobody can redirect the write with a link.
 * @throws {EnclaveError} E_FILE
 */
export async function writeOutput(path: string, bytes: Uint8Array, what: string): Promise<void> {
  const draft = draftOf(path)
  await naming(`${what} cannot be written`, async () => {
    const file = await open(draft, 'wx')
    try {
      await file.writeFile(bytes).finally(() => file.close())
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  })
}

async function naming<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    throw new EnclaveError('E_FILE', {
      what,
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
}
