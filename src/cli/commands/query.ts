/** `qt enclave query`: the running enclaves (HW-1419), and notes on enclaves that were killed. */
import type { Command } from '../core/command.ts'
import { noteLostEnclaves } from '../core/lost-enclaves.ts'
import { queriedJson } from '../output/enclave-json.ts'
import { printJson } from '../output/output.ts'
import { ENCLAVE_ID, ownEnclaves } from './enclave-id.ts'

export const query: Command = {
  name: 'enclave query',
  summary: 'show the running enclaves, or one of them',
  example: 'qt enclave query --enclave-id 0',
  options: { 'enclave-id': ENCLAVE_ID },
  async run(options) {
    noteLostEnclaves()
    const wanted = options.integer('enclave-id')
    const enclaves = ownEnclaves().filter(({ id }) => wanted === undefined || id === wanted)
    printJson(enclaves.map(queriedJson))
    return 0
  },
}
