/** `nitro-cli explain --error-code`. */
import type { Command } from '../../core/command.ts'
import { explainCommand } from '../explain.ts'

export const nitroExplain: Command = explainCommand({
  name: 'explain',
  example: 'nitro-cli explain --error-code E26',
  options: { 'error-code': { type: 'string', value: 'CODE', required: true, help: 'such as E26' } },
})
