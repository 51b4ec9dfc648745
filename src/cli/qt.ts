#!/usr/bin/env node
/** `qt`: finds the command that the words name, runs it, and turns its outcome into an exit status. */
import { type Command, commandHelp, readOptions, UsageError } from './command.ts'
import { attestationRoot } from './commands/attestation-root.ts'
import { attestationShow } from './commands/attestation-show.ts'
import { attestationVerify } from './commands/attestation-verify.ts'
import { demo } from './commands/demo.ts'
import { diffEif } from './commands/diff-eif.ts'
import { makeImg } from './commands/make-img.ts'
import { queryEif } from './commands/query-eif.ts'
import { signEif } from './commands/sign-eif.ts'
import { printError } from './output.ts'

const COMMANDS: readonly Command[] = [
  makeImg,
  signEif,
  queryEif,
  diffEif,
  attestationShow,
  attestationVerify,
  attestationRoot,
  demo,
]

function help(): string {
  const rows = COMMANDS.map(({ name, summary }) => `  qt ${name.padEnd(20)}${summary}`)
  return ['Enclaves as WebAssembly.', '', ...rows, '', 'qt COMMAND --help tells more of each.'].join('\n')
}

async function main(words: readonly string[]): Promise<number> {
  const command = COMMANDS.find(({ name }) => words.slice(0, name.split(' ').length).join(' ') === name)
  const wantsHelp = words.includes('--help') || words.includes('-h')
  if (!command) {
    if (words.length > 0 && !wantsHelp) {
      throw new UsageError('E_USAGE', {
        what: `there is no command ${words.join(' ')}`,
        hint: 'see qt --help',
      })
    }
    console.log(help())
    return 0
  }
  if (wantsHelp) {
    console.log(commandHelp(command))
    return 0
  }
  return command.run(readOptions(command, words.slice(command.name.split(' ').length)))
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  printError(error)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
