/** `qt enclave query`: the running enclaves (HW-1419), those that have ended on request, and notes on lost ones. */
import { endedEnclaves } from '../../keeper/ended-enclaves.ts'
import type { Command } from '../core/command.ts'
import { noteLostEnclaves } from '../core/lost-enclaves.ts'
import { queriedJson, terminatedJson } from '../output/enclave-json.ts'
import { printJson } from '../output/output.ts'
import { ENCLAVE_ID, ownEnclaves } from './enclave-id.ts'

export const query: Command = {
  name: 'enclave query',
  summary: 'show the running enclaves, or one of them',
  example: 'qt enclave query --all',
  notes: [
    'A program in any language connects to Socket, writes CONNECT PORT and a newline, reads a line that begins with OK,',
    'and is then connected to that vsock port; by hand: qt enclave connect.',
  ],
  options: {
    'enclave-id': ENCLAVE_ID,
    all: { type: 'boolean', help: 'also show enclaves that ended within the last hour, and why' },
  },
  async run(options) {
    noteLostEnclaves()
    const wanted = options.integer('enclave-id')
    const isWanted = ({ id }: { id: number }) => wanted === undefined || id === wanted
    const ended = options.flag('all') ? endedEnclaves() : []
    printJson([
      ...ownEnclaves().filter(isWanted).map(queriedJson),
      ...ended.filter(({ record }) => record.profile === 'qingtian' && isWanted(record)).map(terminatedJson),
    ])
    return 0
  },
}
