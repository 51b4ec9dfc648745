/** Nitro's commands for running enclaves: `describe-enclaves`, `terminate-enclave`, `console` (AWS, nitro-cli reference). */
import { stopEnclave } from '../../../keeper/client.ts'
import type { EnclaveStatus } from '../../../keeper/enclave-record.ts'
import { findEnclave, listEnclaves } from '../../../keeper/enclaves.ts'
import { endedEnclaves } from '../../../keeper/ended-enclaves.ts'
import { type Command, type OptionSpecs, type OptionValues, UsageError } from '../../core/command.ts'
import { followConsole } from '../../core/follow-console.ts'
import { noteLostEnclaves } from '../../core/lost-enclaves.ts'
import { describedJson, enclaveId, endedJson } from '../../output/enclave-json.ts'
import { printJson, printNote } from '../../output/output.ts'

const isNitro = ({ profile }: EnclaveStatus) => profile === 'nitro'

const WHICH: OptionSpecs = {
  'enclave-id': { type: 'string', value: 'ID', excludes: ['enclave-name'], help: 'the enclave with this ID' },
  'enclave-name': { type: 'string', value: 'NAME', help: 'the enclave with this name' },
}

type Wanted = [isWanted: (enclave: EnclaveStatus) => boolean, what: string]

/** Which enclave the options name. @throws {UsageError} E_USAGE_MISSING */
function wanted(options: OptionValues, { example }: Command): Wanted {
  const [id, name] = [options.text('enclave-id'), options.text('enclave-name')]
  if (id !== undefined) return [(enclave) => isNitro(enclave) && enclaveId(enclave) === id, id]
  if (name !== undefined) return [(enclave) => isNitro(enclave) && enclave.name === name, name]
  throw new UsageError('E_USAGE_MISSING', {
    what: 'missing necessary argument --enclave-id or --enclave-name',
    hint: `for example: ${example}`,
  })
}

export const describeEnclaves: Command = {
  name: 'describe-enclaves',
  summary: 'show the running enclaves',
  example: 'nitro-cli describe-enclaves --metadata',
  options: {
    metadata: { type: 'boolean', help: 'also show the metadata of the images' },
    all: { type: 'boolean', help: 'also show enclaves that ended within the last hour, and why' },
  },
  async run(options) {
    noteLostEnclaves()
    const describe = (enclave: EnclaveStatus) => describedJson(enclave, options.flag('metadata'))
    const ended = (options.flag('all') ? endedEnclaves() : [])
      .map(({ record, details, ...end }) => ({ ...end, enclave: { ...record, details } }))
      .filter(({ enclave }) => isNitro(enclave))
    printJson([
      ...listEnclaves().filter(isNitro).map(describe),
      ...ended.map(({ enclave, end, at }) => ({
        ...describe(enclave),
        State: 'TERMINATED',
        ...endedJson({ end, at }),
      })),
    ])
    return 0
  },
}

export const terminateEnclave: Command = {
  name: 'terminate-enclave',
  summary: 'stop one enclave, or all',
  example: 'nitro-cli terminate-enclave --enclave-name app',
  options: { ...WHICH, all: { type: 'boolean', excludes: Object.keys(WHICH), help: 'stop all enclaves' } },
  async run(options) {
    noteLostEnclaves()
    const enclaves = options.flag('all')
      ? listEnclaves().filter(isNitro)
      : [findEnclave(...wanted(options, terminateEnclave))]
    for (const enclave of enclaves) {
      await stopEnclave(enclave)
      const id = enclaveId(enclave)
      printNote(`Successfully terminated enclave ${id}.`)
      printJson({ EnclaveName: enclave.name, EnclaveID: id, Terminated: true })
    }
    return 0
  },
}

export const nitroConsole: Command = {
  name: 'console',
  summary: 'show the console of an enclave in debug mode, and follow it until the end or Ctrl-C',
  example: 'nitro-cli console --enclave-name app',
  options: {
    ...WHICH,
    'disconnect-timeout': {
      type: 'string',
      value: 'SECONDS',
      integer: { min: 1, max: 86400 },
      help: 'how long to follow it; by default until the enclave ends',
    },
  },
  async run(options) {
    noteLostEnclaves()
    return followConsole(...wanted(options, nitroConsole), options.integer('disconnect-timeout'))
  },
}
