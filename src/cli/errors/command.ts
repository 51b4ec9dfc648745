/** Error codes of commands, files and the list of running enclaves. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<
  ErrorCode,
  | `E_${'STATE' | 'ENV' | 'CPU' | 'KEEPER' | 'BUILD' | 'NEW'}_${string}`
  | `E_USAGE${string}`
  | 'E_CC_COMPILER'
  | 'E_FILE'
  | 'E_ENCLAVE_NAME'
  | 'E_ENCLAVE_UNKNOWN'
  | 'E_CONSOLE_MODE'
  | 'E_START_FAILED'
>

export const COMMAND_ERRORS: ErrorTable<Codes> = {
  E_BUILD_COPY: {
    meaning: 'The application builds in its own folder, but not from a copy in another folder.',
    advice: 'Keep everything that the application imports in its folder or in its node_modules.',
    cloud: ['37', 'E48'],
  },
  E_BUILD_DIFFERS: {
    meaning:
      'Two builds of the same sources gave different bytes, so nobody could check the PCR0 of the image.',
    advice:
      'The message names the differences. Remove whatever depends on the folder, the time or random numbers.',
    cloud: ['37', 'E48'],
  },
  E_CC_COMPILER: {
    meaning: 'The clang that compiles C for WASI is missing, or its linker, or the C library.',
    advice:
      'Install what the message names (on Debian: clang lld wasi-libc libclang-rt-dev-wasm32), or set CLANG to another clang.',
  },
  E_CONSOLE_MODE: {
    meaning: 'The console of an enclave can be read only in debug mode.',
    advice: 'Start the enclave in debug mode: its PCRs 0 to 15 are then zero.',
    cloud: ['32', 'E44'],
  },
  E_CPU_LIST: {
    meaning: 'A requested vCPU ID is not in the pool, or another enclave uses it.',
    advice: 'Choose free vCPUs: qt env show lists them.',
    cloud: ['11', 'E21'],
  },
  E_CPU_TWICE: {
    meaning: 'The same vCPU ID was requested twice.',
    advice: 'Name each vCPU once.',
    cloud: ['11', 'E20'],
  },
  E_ENCLAVE_NAME: {
    meaning: 'Another enclave already has this name.',
    advice: 'Choose another name.',
    cloud: ['02', 'E58'],
  },
  E_ENCLAVE_UNKNOWN: {
    meaning: 'No running enclave has this ID or name.',
    advice: 'Run qt enclave query to list the enclaves. This one may have exited.',
    cloud: ['28', 'E39'],
  },
  E_ENV_FILE: {
    meaning: 'The file that configures the pool of vCPUs and memory cannot be read.',
    advice: 'Check the permissions of the file; qt env show prints its path.',
    cloud: ['03', 'E19'],
  },
  E_ENV_MISSING: {
    meaning: 'The file that configures the pool lacks a required setting.',
    advice: 'Add memory_mib, and either cpu_count or cpu_list (cpu_pool for Nitro), to the file.',
    cloud: ['07', 'E24'],
  },
  E_ENV_SETTING: {
    meaning: 'A line of the file that configures the pool is invalid.',
    advice: 'Correct the line that the message names; qt env show prints which file is used.',
    cloud: ['06', 'E24'],
  },
  E_FILE: {
    meaning: 'A file cannot be read or written.',
    advice: 'Check that the file exists and is readable, or that its directory is writable.',
    cloud: ['03', 'E19'],
  },
  E_KEEPER_GONE: {
    meaning: 'The keeper process, which runs an enclave, has exited or does not answer.',
    advice:
      'It was killed or hangs. Run qt enclave query to list what runs, and qt enclave stop to end an enclave that hangs.',
    cloud: ['23', 'E39'],
  },
  E_KEEPER_REQUEST: {
    meaning: 'A program sent an invalid request to the control socket of an enclave.',
    advice: 'Use qt enclave stop and qt enclave console; the control socket is for them only.',
  },
  E_NEW_FOLDER: {
    meaning: 'The folder of the new project exists already and is not empty, or is not a folder.',
    advice: 'Choose another name, or empty the folder. Nothing was written.',
    cloud: ['03', 'E19'],
  },
  E_NEW_NAME: {
    meaning:
      'The name of the new project is a path, npm does not allow it, or a module of Node or a dependency of the project has it.',
    advice: 'Choose a name of lower-case letters, digits and -; the folder is made in the current directory.',
    cloud: ['02', 'E03'],
  },
  E_START_FAILED: {
    meaning: 'The process of a new enclave failed before the enclave was running.',
    advice: 'The message contains the first line of its error output; qt doctor checks this machine.',
    cloud: ['19', 'E36'],
  },
  E_STATE_BUSY: {
    meaning: 'Other commands kept changing the list of enclaves, and this command gave up.',
    advice: 'Try again.',
    cloud: ['12', 'E15'],
  },
  E_STATE_FILE: {
    meaning:
      'A path in the state directory of webclave is not the file or directory that webclave expects there.',
    advice: 'Inspect the path that the message names, and move it away.',
    cloud: ['03', 'E19'],
  },
  E_STATE_MODE: {
    meaning: 'Other users can read or write a directory or file in which webclave keeps its state.',
    advice: 'Find out who may have used it, then run chmod 700 on the directory.',
    cloud: ['03', 'E18'],
  },
  E_STATE_OWNER: {
    meaning: 'A directory in which webclave keeps its state belongs to another user.',
    advice: 'Set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories that you own.',
    cloud: ['03', 'E18'],
  },
  E_USAGE: {
    meaning: 'An argument or option of a command is unknown or has an invalid value.',
    advice: 'Correct the argument that the message names; --help shows an example.',
    cloud: ['02', 'E03'],
  },
  E_USAGE_CONFLICT: {
    meaning: 'Two options that exclude each other were given.',
    advice: 'Give one of the two options.',
    cloud: ['02', 'E02'],
  },
  E_USAGE_MISSING: {
    meaning: 'A required argument of the command is missing.',
    advice: 'Add the argument that the message names; --help shows an example.',
    cloud: ['01', 'E01'],
  },
}
