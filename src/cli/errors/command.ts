/** What the error codes mean: commands, files and the list of enclaves. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<
  ErrorCode,
  | `E_${'STATE' | 'ENV' | 'CPU' | 'KEEPER' | 'BUILD'}_${string}`
  | `E_USAGE${string}`
  | 'E_FILE'
  | 'E_ENCLAVE_NAME'
  | 'E_ENCLAVE_UNKNOWN'
  | 'E_CONSOLE_MODE'
  | 'E_START_FAILED'
>

export const COMMAND_ERRORS: ErrorTable<Codes> = {
  E_BUILD_COPY: {
    meaning: 'The application builds where it is, but not from a copy in another folder.',
    advice: 'Keep everything that the application imports inside its folder, or in its node_modules.',
    cloud: ['37', 'E48'],
  },
  E_BUILD_DIFFERS: {
    meaning:
      'Two builds of the same sources gave different bytes, so nobody could check the PCR0 of the image.',
    advice: 'The message names the first difference; remove what depends on the folder, the time or chance.',
    cloud: ['37', 'E48'],
  },
  E_CONSOLE_MODE: {
    meaning: 'The console of an enclave can be read in debug mode only.',
    advice: 'Start the enclave in debug mode: its PCRs 0 to 15 are then zero.',
    cloud: ['32', 'E44'],
  },
  E_CPU_LIST: {
    meaning: 'A vCPU was asked for by number that is not in the pool, or that another enclave has.',
    advice: 'Choose vCPUs that are free: qt env show tells which.',
    cloud: ['11', 'E21'],
  },
  E_CPU_TWICE: {
    meaning: 'The same vCPU was asked for twice.',
    advice: 'Name each vCPU once.',
    cloud: ['11', 'E20'],
  },
  E_ENCLAVE_NAME: {
    meaning: 'Another enclave has the name already.',
    advice: 'Choose another name.',
    cloud: ['02', 'E58'],
  },
  E_ENCLAVE_UNKNOWN: {
    meaning: 'No enclave with this id or name is running.',
    advice: 'See qt enclave query: the enclave may have ended by itself.',
    cloud: ['28', 'E39'],
  },
  E_ENV_FILE: {
    meaning: 'The file that configures the pool cannot be read.',
    advice: 'Check that the file may be read: qt env show names it.',
    cloud: ['03', 'E19'],
  },
  E_ENV_MISSING: {
    meaning: 'The file that configures the pool does not say how much the pool has.',
    advice: 'Add memory_mib, and cpu_count or a list of vCPUs, to the file of the pool.',
    cloud: ['07', 'E24'],
  },
  E_ENV_SETTING: {
    meaning: 'The file that configures the pool has a line with a wrong value.',
    advice: 'Correct the line that the message names: qt env show tells which file counts.',
    cloud: ['06', 'E24'],
  },
  E_FILE: {
    meaning: 'A file cannot be read or written.',
    advice: 'Check that the file is there and may be read, or that its directory may be written.',
    cloud: ['03', 'E19'],
  },
  E_KEEPER_GONE: {
    meaning: 'The process that keeps an enclave has ended, or does not answer.',
    advice: 'It was killed, or is stuck: query tells what runs, and stop ends what is stuck.',
    cloud: ['23', 'E39'],
  },
  E_KEEPER_REQUEST: {
    meaning: 'A program wrote a request to the control socket of an enclave that is not one.',
    advice: 'Use qt enclave stop and qt enclave console; the socket speaks to them only.',
  },
  E_START_FAILED: {
    meaning: 'The process of a new enclave failed before the enclave ran.',
    advice: 'The message has the first line of what it said; qt doctor checks this machine.',
    cloud: ['19', 'E36'],
  },
  E_STATE_BUSY: {
    meaning: 'Many commands changed the list of enclaves at the same time, and this one gave up.',
    advice: 'Try again.',
    cloud: ['12', 'E15'],
  },
  E_STATE_FILE: {
    meaning: 'Something lies where webclave keeps its state, and it is not a file or directory of webclave.',
    advice: 'Look at the path that the message names, and move away what is there.',
    cloud: ['03', 'E19'],
  },
  E_STATE_MODE: {
    meaning: 'A directory or file in which state is kept can be read or written by other users.',
    advice: 'Find out who may have used it, then run chmod 700 on the directory.',
    cloud: ['03', 'E18'],
  },
  E_STATE_OWNER: {
    meaning: 'A directory in which state is kept belongs to another user.',
    advice: 'Set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories of your own.',
    cloud: ['03', 'E18'],
  },
  E_USAGE: {
    meaning: 'An argument or an option of a command has a value that the command does not take.',
    advice: 'Correct the argument that the message names; --help has an example.',
    cloud: ['02', 'E03'],
  },
  E_USAGE_CONFLICT: {
    meaning: 'Two options were given that exclude each other.',
    advice: 'Give one of the two options.',
    cloud: ['02', 'E02'],
  },
  E_USAGE_MISSING: {
    meaning: 'A command was given without an argument that it needs.',
    advice: 'Give the argument that the message names; --help has an example.',
    cloud: ['01', 'E01'],
  },
}
