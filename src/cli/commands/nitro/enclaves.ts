/** Nitro's commands for running enclaves: `describe-enclaves`, `terminate-enclave`, `console` (AWS, nitro-cli reference). */
import { openConsole, stopEnclave } from '../../../keeper/client.ts'
import type { EnclaveStatus } from '../../../keeper/enclave-record.ts'
import { findEnclave, listEnclaves } from '../../../keeper/enclaves.ts'
import { type Command, type OptionSpecs, type OptionValues, UsageError } from '../../core/command.ts'
import { noteLostEnclaves } from '../../core/lost-enclaves.ts'
import { describedJson, enclaveId } from '../../output/enclave-json.ts'
import { printJson, printNote } from '../../output/output.ts'
import { showStream } from '../../output/show-stream.ts'

const isNitro = ({ profile }: EnclaveStatus) => profile === 'nitro'

const WHICH: OptionSpecs = {
  'enclave-id': { type: 'string', value: 'ID', excludes: ['enclave-name'], help: 'the enclave with this ID' },
  'enclave-name': { type: 'string', value: 'NAME', help: 'the enclave with this name' },
}

/** The enclave that the options name. @throws {EnclaveError} E_ENCLAVE_UNKNOWN @throws {UsageError} E_USAGE_MISSING */
function named(options: OptionValues, { example }: Command): EnclaveStatus {
  const [id, name] = [options.text('enclave-id'), options.text('enclave-name')]
  if (id !== undefined) return findEnclave((enclave) => isNitro(enclave) && enclaveId(enclave) === id, id)
  if (name !== undefined) return findEnclave((enclave) => isNitro(enclave) && enclave.name === name, name)
  throw new UsageError('E_USAGE_MISSING', {
    what: 'missing necessary argument --enclave-id or --enclave-name',
    hint: `for example: ${example}`,
  })
}

export const describeEnclaves: Command = {
  name: 'describe-enclaves',
  summary: 'show the running enclaves',
  example: 'nitro-cli describe-enclaves --metadata',
  options: { metadata: { type: 'boolean', help: 'also show the metadata of the images' } },
  async run(options) {
    noteLostEnclaves()
    const enclaves = listEnclaves().filter(isNitro)
    printJson(enclaves.map((enclave) => describedJson(enclave, options.flag('metadata'))))
    return 0
  },
}

export const terminateEnclave: Command = {
  name: 'terminate-enclave',
  summary: 'stop one enclave, or all',
  example: 'nitro-cli terminate-enclave --enclave-name echo',
  options: { ...WHICH, all: { type: 'boolean', excludes: Object.keys(WHICH), help: 'stop all enclaves' } },
  async run(options) {
    noteLostEnclaves()
    const enclaves = options.flag('all') ? listEnclaves().filter(isNitro) : [named(options, terminateEnclave)]
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
  summary: 'follow the console of an enclave in debug mode; read-only, Ctrl-C ends it',
  example: 'nitro-cli console --enclave-name echo',
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
    const stream = await openConsole(named(options, nitroConsole))
    const seconds = options.integer('disconnect-timeout')
    const timer = seconds === undefined ? undefined : setTimeout(() => stream.destroy(), seconds * 1000)
    await showStream(stream)
    clearTimeout(timer)
    return 0
  },
}
