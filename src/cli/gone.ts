/** Says which enclaves are gone because their keepers were killed, and clears up after them. */
import { EnclaveError } from '../base/error.ts'
import { clearUp } from '../instance/share.ts'
import { printNote } from './output.ts'

/** Where nothing can be written, what is left stays for the next command. */
export function noteGone(): void {
  try {
    for (const { id, cid, memoryMiB, cpus } of clearUp()) {
      printNote(
        `enclave ${id} (CID ${cid}) is gone: its process was killed; its ${cpus.length} vCPUs and ${memoryMiB} MiB are free again`,
      )
    }
  } catch (error) {
    if (!(error instanceof EnclaveError) || error.code !== 'E_STATE_FILE') throw error
    printNote(`what a killed enclave left cannot be cleared up: ${error.message}`)
  }
}
