/** The file of `nitro-cli run-enclave --config`: one JSON object, whose members are the command's options. */
import { readJson } from '../../../encoding/json.ts'
import { type Command, type OptionValues, UsageError } from '../../core/command.ts'
import { readText } from '../../core/files.ts'
import { readOptions } from '../../core/read-options.ts'

/** The members, and the options that they stand for. */
const MEMBERS: Readonly<Record<string, string>> = {
  enclave_name: 'enclave-name',
  cpu_count: 'cpu-count',
  cpu_ids: 'cpu-ids',
  memory_mib: 'memory',
  eif_path: 'eif-path',
  enclave_cid: 'enclave-cid',
  role: 'role',
  debug_mode: 'debug-mode',
  attach_console: 'attach-console',
}

/**
 * The options in the file `path`, checked like those of a command line. Of `given`, only `attach-console` is kept.
 * @throws {UsageError} E_USAGE... @throws {EnclaveError} E_FILE
 */
export async function readConfig(path: string, command: Command, given: OptionValues): Promise<OptionValues> {
  const words = Object.entries(parse(await readText(path, 'the configuration'), path)).flatMap(
    ([member, value]) => {
      const option = Object.hasOwn(MEMBERS, member) ? MEMBERS[member] : undefined
      if (option === undefined) throw bad(path, `unknown member ${member}`, Object.keys(MEMBERS).join(', '))
      if (value === null || value === false) return []
      if (value === true && command.options[option]!.type === 'boolean') return [`--${option}`]
      const values = option === 'cpu-ids' && Array.isArray(value) ? value : [value]
      const wanted = command.options[option]!.integer ? 'number' : 'string'
      if (values.some((each) => typeof each !== wanted) || command.options[option]!.type === 'boolean') {
        throw bad(
          path,
          `invalid ${member}`,
          command.options[option]!.type === 'boolean' ? 'true or false' : `a ${wanted}`,
        )
      }
      return values.map((each) => `--${option}=${each}`)
    },
  )
  if (given.flag('attach-console') && !words.includes('--attach-console')) words.push('--attach-console')
  return readOptions(command, words)
}

function parse(text: string, path: string): Record<string, unknown> {
  const value = readJson(text, (expected, got) => bad(path, `invalid JSON: ${got}`, expected))
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw bad(path, 'the configuration has the wrong type', 'one JSON object')
}

function bad(path: string, what: string, expected: string): UsageError {
  return new UsageError('E_USAGE', { what: `${path}: ${what}`, expected })
}
