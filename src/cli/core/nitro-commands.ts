/** The commands of `nitro-cli`. */
import { type CommandLine, NITRO_PROGRAM } from './program.ts'

/** Commands with the names of aws-nitro-enclaves-cli, and `completion`. */
export const NITRO: CommandLine = {
  ...NITRO_PROGRAM,
  commands: {
    'build-enclave': async () => (await import('../commands/nitro/images.ts')).buildEnclave,
    'run-enclave': async () => (await import('../commands/nitro/run-enclave.ts')).runEnclave,
    'describe-enclaves': async () => (await import('../commands/nitro/enclaves.ts')).describeEnclaves,
    'terminate-enclave': async () => (await import('../commands/nitro/enclaves.ts')).terminateEnclave,
    console: async () => (await import('../commands/nitro/enclaves.ts')).nitroConsole,
    'describe-eif': async () => (await import('../commands/nitro/describe-eif.ts')).describeEif,
    'sign-eif': async () => (await import('../commands/nitro/images.ts')).nitroSignEif,
    pcr: async () => (await import('../commands/nitro/pcr.ts')).pcr,
    explain: async () => (await import('../commands/nitro/explain.ts')).nitroExplain,
    completion: async () => (await import('../commands/completion.ts')).completionOf(NITRO),
  },
}
