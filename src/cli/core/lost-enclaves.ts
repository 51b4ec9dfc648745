/** Reports enclaves that ended without having been stopped, and cleans up after them. */
import { EnclaveError } from '../../base/error.ts'
import { forgetEnded } from '../../keeper/ended-enclaves.ts'
import { clearUp } from '../../keeper/share.ts'
import { printable, printNote } from '../output/output.ts'

/** If the state directory is not writable, the clean-up is left to the next command. */
export function noteLostEnclaves(): void {
  try {
    for (const { id, cid, memoryMiB, cpus, end } of clearUp()) {
      const what = end === undefined ? 'is gone: its process was killed' : `has ended: ${printable(end)}`
      printNote(
        `enclave ${id} (CID ${cid}) ${what}; its ${cpus.length} vCPUs and ${memoryMiB} MiB are free again`,
      )
    }
    forgetEnded()
  } catch (error) {
    if (!(error instanceof EnclaveError) || error.code !== 'E_STATE_FILE') throw error
    printNote(`could not clean up after a killed enclave: ${error.message}`)
  }
}
