/** `completion`: what a shell needs to complete our words, made from the commands' own data. */

import type { Command } from '../core/command.ts'
import { completionScript } from '../core/completion-scripts.ts'
import type { CommandLine } from '../core/program.ts'
import { printText } from '../output/output.ts'

/** The command for the program whose commands these are. */
export function completionOf(commandLine: CommandLine): Command {
  return {
    name: 'completion',
    summary: 'print a script that completes words: for bash, zsh or fish',
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
