/** `completion`: what a shell needs to complete our words, made from the commands' own data. */

import type { Command } from '../core/command.ts'
import { completionScript } from '../core/completion-scripts.ts'
import type { Face } from '../core/face.ts'
import { printText } from '../output/output.ts'

/** The command for one face. */
export function completionOf(face: Face): Command {
  return {
    name: 'completion',
    summary: 'print a script that completes words: for bash, zsh or fish',
    example: `source <(${face.program} completion --shell bash)`,
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
      const commands = await Promise.all(Object.values(face.commands).map((load) => load()))
      printText(completionScript(options.need('shell'), face.program, commands))
      return 0
    },
  }
}
