/** `qt enclave console`: the output of a debug enclave, until it ends or Ctrl-C, or after its end (HW-1419). */
import type { Command } from '../core/command.ts'
import { followConsole } from '../core/follow-console.ts'
import { noteLostEnclaves } from '../core/lost-enclaves.ts'
import { ENCLAVE_ID, isNamed } from './enclave-id.ts'

export const console: Command = {
  name: 'enclave console',
  summary: 'show the console of an enclave in debug mode, and follow it until the end or Ctrl-C',
  example: 'qt enclave console --enclave-id 0',
  options: { 'enclave-id': { ...ENCLAVE_ID, required: true } },
  async run(options) {
    noteLostEnclaves()
    return followConsole(isNamed(options), options.need('enclave-id'))
  },
}
