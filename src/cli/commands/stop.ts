/** `qt enclave stop` (HW-1404, HW-1419). */
import { stopEnclave } from '../../keeper/client.ts'
import type { Command } from '../core/command.ts'
import { noteLostEnclaves } from '../core/lost-enclaves.ts'
import { printJson, printMore, printNote } from '../output/output.ts'
import { ENCLAVE_ID, namedEnclave } from './enclave-id.ts'

export const stop: Command = {
  name: 'enclave stop',
  summary: 'stop an enclave',
  example: 'qt enclave stop --enclave-id 0',
  options: { 'enclave-id': { ...ENCLAVE_ID, required: true } },
  async run(options) {
    noteLostEnclaves()
    const enclave = namedEnclave(options)
    const end = await stopEnclave(enclave)
    printMore(`end of the enclave: ${end}`)
    printNote(`stop enclave ${enclave.id} successfully`)
    printJson({ EnclaveID: enclave.id })
    return 0
  },
}
