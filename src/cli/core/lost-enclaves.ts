/** Says which enclaves are gone though nobody stopped them, and clears up after them. */
import { EnclaveError } from '../../base/error.ts'
import { clearUp } from '../../keeper/share.ts'
import { printable, printNote } from '../output/output.ts'

/** Where nothing can be written, what is left stays for the next command. */
export function noteLostEnclaves(): void {
  try {
    for (const { id, cid, memoryMiB, cpus, end } of clearUp()) {
      const what = end === undefined ? 'is gone: its process was killed' : `has ended: ${printable(end)}`
      printNote(
        `enclave ${id} (CID ${cid}) ${what}; its ${cpus.length} vCPUs and ${memoryMiB} MiB are free again`,
      )
    }
  } catch (error) {
    if (!(error instanceof EnclaveError) || error.code !== 'E_STATE_FILE') throw error
    printNote(`what a killed enclave left cannot be cleared up: ${error.message}`)
  }
}
