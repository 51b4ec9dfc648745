/** Reads an archive of files that this page's Workers need. */
import { readArchive } from '../../src/image/eif/cpio.ts'
import { openSource } from '../../src/image/eif/source.ts'

/** The files in an archive, by name. @throws {EnclaveError} E_ARCHIVE, E_ARCHIVE_NAME */
export async function unpack(archive: Uint8Array): Promise<Map<string, Uint8Array>> {
  const entries = await readArchive(await openSource(archive), 'an archive of this page')
  return new Map(entries.map(({ name, offset, size }) => [name, archive.subarray(offset, offset + size)]))
}
