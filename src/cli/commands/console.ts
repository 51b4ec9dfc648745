/** `qt enclave console`: the output of a debug enclave, until it ends or Ctrl-C (HW-1419). */
import { openConsole } from '../../keeper/client.ts'
import type { Command } from '../core/command.ts'
import { noteLostEnclaves } from '../core/lost-enclaves.ts'
import { showStream } from '../output/show-stream.ts'
import { ENCLAVE_ID, namedEnclave } from './enclave-id.ts'

export const console: Command = {
  name: 'enclave console',
  summary: 'follow the console of an enclave in debug mode; read-only, Ctrl-C ends it',
  example: 'qt enclave console --enclave-id 0',
  options: { 'enclave-id': { ...ENCLAVE_ID, required: true } },
  async run(options) {
    noteLostEnclaves()
    await showStream(await openConsole(namedEnclave(options)))
    return 0
  },
}
