/** `nitro-cli run-enclave`: like `qt enclave start`, with Nitro's options, names and messages (AWS, nitro-cli reference). */
import { basename, extname } from 'node:path'
import { pidOf } from '../../../keeper/process-identity.ts'
import { type Command, type OptionValues, UsageError } from '../../core/command.ts'
import { followConsole } from '../../core/follow-console.ts'
import { NITRO_PROGRAM } from '../../core/program.ts'
import { runInKeeper, type StartingCommand } from '../../core/starting.ts'
import { ranJson } from '../../output/enclave-json.ts'
import { printJson, printNote } from '../../output/output.ts'
import { readConfig } from './run-config.ts'

const NEEDED = ['eif-path', 'memory'] as const

export const runEnclave: StartingCommand = {
  name: 'run-enclave',
  summary: 'start an enclave, which keeps running after the command exits',
  example: 'nitro-cli run-enclave --eif-path app.eif --cpu-count 2 --memory 512',
  options: {
    'eif-path': { type: 'string', value: 'FILE', help: 'the image to start' },
    memory: {
      type: 'string',
      value: 'MIB',
      integer: { min: 1, max: 262144 },
      help: 'memory of the enclave in MiB; at least 64, and four times the image',
    },
    'cpu-count': {
      type: 'string',
      value: 'COUNT',
      integer: { min: 1, max: 1023 },
      excludes: ['cpu-ids'],
      help: 'number of vCPUs of the enclave',
    },
    'cpu-ids': {
      type: 'string',
      value: 'ID',
      multiple: true,
      integer: { min: 1, max: 1023 },
      help: 'ID of a vCPU for the enclave',
    },
    'enclave-cid': {
      type: 'string',
      value: 'CID',
      integer: { min: 4, max: 4294967294 },
      help: 'CID of the enclave; by default the lowest free one',
    },
    'enclave-name': {
      type: 'string',
      value: 'NAME',
      help: 'name of the enclave; by default that of the image file',
    },
    role: {
      type: 'string',
      value: 'ARN',
      help: 'IAM role of the parent instance, which PCR3 measures; by default that of the pool’s configuration',
    },
    'debug-mode': { type: 'boolean', help: 'make the console readable; PCR0 to PCR15 are then zero' },
    'attach-console': { type: 'boolean', help: 'start in debug mode and follow the console' },
    config: {
      type: 'string',
      value: 'FILE',
      excludes: [
        'eif-path',
        'memory',
        'cpu-count',
        'cpu-ids',
        'enclave-cid',
        'enclave-name',
        'role',
        'debug-mode',
      ],
      help: 'JSON file with all of these options',
    },
  },
  async request(given) {
    const options = await withConfig(given)
    const cpuIds = options.list('cpu-ids').map(Number)
    const count = options.integer('cpu-count')
    const missing = [...NEEDED, ...(cpuIds.length === 0 ? (['cpu-count'] as const) : [])].find(
      (name) => options.text(name) === undefined,
    )
    if (missing !== undefined) {
      throw new UsageError('E_USAGE_MISSING', {
        what: `missing necessary argument --${missing}`,
        hint: `for example: ${runEnclave.example}`,
      })
    }
    const twice = cpuIds.find((cpu, at) => cpuIds.indexOf(cpu) !== at)
    if (twice !== undefined) {
      throw new UsageError('E_CPU_TWICE', {
        what: `--cpu-ids names vCPU ${twice} twice`,
        expected: 'each vCPU once',
      })
    }
    const eif = options.need('eif-path')
    const name = options.text('enclave-name')
    printNote('Start allocating memory...')
    return {
      eif,
      cpus: count ?? cpuIds,
      memoryMiB: options.integer('memory') ?? 0,
      cid: options.integer('enclave-cid'),
      debug: options.flag('debug-mode') || options.flag('attach-console'),
      agency: options.text('role'),
      profile: 'nitro',
      name: name ?? basename(eif, extname(eif)),
      isNameChosen: name !== undefined,
    }
  },
  report({ record, details }) {
    const { cid, memoryMiB, cpus } = record
    printNote(
      `Started enclave with enclave-cid: ${cid}, memory: ${memoryMiB} MiB, cpu-ids: [${cpus.join(', ')}]`,
    )
    printJson(ranJson({ ...record, details }))
  },
  async run(options) {
    const own = await withConfig(options)
    const { status, pid } = await runInKeeper(NITRO_PROGRAM, 'run-enclave', options.words)
    if (status !== 0 || !own.flag('attach-console')) return status
    return followConsole(({ holder }) => pidOf(holder) === pid, own.need('eif-path'))
  },
}

/** The options: those in the file of `--config`, if it is given. */
async function withConfig(options: OptionValues): Promise<OptionValues> {
  const path = options.text('config')
  return path === undefined ? options : readConfig(path, runEnclave as Command, options)
}
