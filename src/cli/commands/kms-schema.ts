/** `qt kms schema`: prints the JSON schema of the configuration of `qt kms serve`, with an example. */
import type { Command } from '../core/command.ts'
import { configSchema } from '../core/kms-config-schema.ts'
import { printJson } from '../output/output.ts'

export const kmsSchema: Command = {
  name: 'kms schema',
  summary: 'print the JSON schema of the configuration of qt kms serve, with an example',
  example: 'qt kms schema > kms.schema.json',
  options: {},
  async run() {
    printJson(configSchema())
    return 0
  },
}
