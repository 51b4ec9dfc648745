/** `completion`: prints a shell completion script, generated from the commands' data. */

import type { Command } from '../core/command.ts'
import { completionScript } from '../core/completion-scripts.ts'
import type { CommandLine } from '../core/program.ts'
import { printText } from '../output/output.ts'

/** The completion command of the program `commandLine`. */
export function completionOf(commandLine: CommandLine): Command {
  return {
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    example: `source <(${commandLine.name} completion --shell bash)`,
    options: {
      shell: {
        type: 'string',
        value: 'NAME',
        required: true,
        choices: ['bash', 'zsh', 'fish'],
        help: 'the shell',
      },
    },
    async run(options) {
      const commands = await Promise.all(Object.values(commandLine.commands).map((load) => load()))
      printText(completionScript(options.need('shell'), commandLine.name, commands))
      return 0
    },
  }
}
