/** `qt enclave start`: starts an enclave that goes on when the command has ended (HW-1408, HW-1419; SPEC §4.1). */

import { QT_PROGRAM } from '../core/program.ts'
import { runInKeeper, type StartingCommand } from '../core/starting.ts'
import { startedJson } from '../output/enclave-json.ts'
import { printJson, printNote } from '../output/output.ts'

export const start: StartingCommand = {
  name: 'enclave start',
  summary: 'start an enclave; it goes on when the command has ended',
  example: 'qt enclave start --eif echo.eif --cpus 2 --mem 1024 --cid 4',
  options: {
    eif: { type: 'string', value: 'FILE', required: true, help: 'the image' },
    cpus: {
      type: 'string',
      value: 'COUNT',
      integer: { min: 2, max: 62, step: 2 },
      default: '2',
      help: 'how many vCPUs it gets',
    },
    mem: {
      type: 'string',
      value: 'MIB',
      integer: { min: 1, max: 262144 },
      default: '1024',
      help: 'how much memory it gets, MiB; 128 at least, and four times the image',
    },
    cid: {
      type: 'string',
      value: 'CID',
      integer: { min: 4, max: 4294967294 },
      help: 'its CID; the lowest that is free',
    },
    'debug-mode': { type: 'boolean', help: 'let its console be read; its PCRs 0 to 15 are then zero' },
  },
  async request(options) {
    return {
      eif: options.need('eif'),
      cpus: options.integer('cpus') ?? 0,
      memoryMiB: options.integer('mem') ?? 0,
      cid: options.integer('cid'),
      debug: options.flag('debug-mode'),
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
  run: (options) => runInKeeper(QT_PROGRAM, 'enclave start', options.words),
}
