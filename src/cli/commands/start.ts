/** `qt enclave start`: starts an enclave that outlives the command (HW-1408, HW-1419). */

import { QT_PROGRAM } from '../core/program.ts'
import { runInKeeper, type StartingCommand } from '../core/starting.ts'
import { startedJson } from '../output/enclave-json.ts'
import { printJson, printNote } from '../output/output.ts'

export const start: StartingCommand = {
  name: 'enclave start',
  summary: 'start an enclave, which keeps running after the command exits',
  example: 'qt enclave start --eif app.eif --cpus 2 --mem 1024 --cid 4',
  options: {
    eif: { type: 'string', value: 'FILE', required: true, help: 'the image to start' },
    cpus: {
      type: 'string',
      value: 'COUNT',
      integer: { min: 2, max: 62, step: 2 },
      default: '2',
      help: 'number of vCPUs of the enclave',
    },
    mem: {
      type: 'string',
      value: 'MIB',
      integer: { min: 1, max: 262144 },
      default: '1024',
      help: 'memory of the enclave in MiB; at least 128, and four times the image',
    },
    cid: {
      type: 'string',
      value: 'CID',
      integer: { min: 4, max: 4294967294 },
      help: 'CID of the enclave; by default the lowest free one',
    },
    agency: {
      type: 'string',
      value: 'NAME',
      help: 'IAM agency of the parent instance, which PCR3 measures; by default that of the pool’s configuration',
    },
    'debug-mode': { type: 'boolean', help: 'make the console readable; PCR0 to PCR15 are then zero' },
  },
  async request(options) {
    return {
      eif: options.need('eif'),
      cpus: options.integer('cpus') ?? 0,
      memoryMiB: options.integer('mem') ?? 0,
      cid: options.integer('cid'),
      debug: options.flag('debug-mode'),
      agency: options.text('agency'),
      profile: 'qingtian',
      name: '',
      isNameChosen: false,
    }
  },
  report({ record }) {
    const { id, cid, cpus, memoryMiB } = record
    printNote(
      `Started enclave with EnclaveID : ${id}, EnclaveCID : ${cid}, NumberOfCPUs : ${cpus.length}, MemoryMiB : ${memoryMiB}`,
    )
    printJson(startedJson(record))
  },
  run: async (options) => (await runInKeeper(QT_PROGRAM, 'enclave start', options.words)).status,
}
