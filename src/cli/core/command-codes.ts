/**
 * Which of the clouds' codes an error of a command may end in: a code says what failed in their tools, so one of
 * starting an enclave would mislead after a command that only reads or builds an image, or that no cloud has.
 */
import type { Program } from './program.ts'

type CloudCodes = readonly [qt: string, nitro: string]

interface Kind {
  readonly commands: ReadonlySet<string>
  /** The codes of its own steps. */
  readonly own: ReadonlySet<string>
  /** The code of any other failure; none if the clouds have no such command. */
  readonly otherwise?: CloudCodes
}

/** Arguments, files and directories: what every command may fail at. */
const COMMON = ['01', '02', '03', 'E01', 'E02', 'E03', 'E18', 'E19']

const KINDS: readonly Kind[] = [
  {
    commands: new Set(['enclave make-img', 'build-enclave']),
    own: new Set([...COMMON, '34', '35', '36', '37', '38', '39', '40', 'E48', 'E60']),
    otherwise: ['37', 'E48'],
  },
  {
    commands: new Set(['enclave sign-eif', 'sign-eif']),
    own: new Set([...COMMON, '38', '40', 'E35', 'E60']),
    otherwise: ['40', 'E60'],
  },
  {
    commands: new Set(['describe-eif', 'pcr', 'enclave query-eif', 'enclave diff-eif']),
    own: new Set([...COMMON, '39', 'E35', 'E59']),
    otherwise: ['39', 'E35'],
  },
]

/** Commands that start enclaves or deal with running ones: every code may be theirs. */
const ENCLAVES = new Set([
  ...['enclave start', 'enclave query', 'enclave stop', 'enclave console', 'enclave connect', 'env show'],
  ...['run-enclave', 'describe-enclaves', 'terminate-enclave', 'console'],
])
const COMMON_ONLY: Kind = { commands: new Set(), own: new Set(COMMON) }

/** The code with which an error of `command` ends whose own code is `code`; undefined for none. */
export function codeOfCommand({ name }: Program, command: string, code: string): string | undefined {
  if (ENCLAVES.has(command)) return code
  const { own, otherwise } = KINDS.find(({ commands }) => commands.has(command)) ?? COMMON_ONLY
  return own.has(code) ? code : otherwise?.[name === 'qt' ? 0 : 1]
}
