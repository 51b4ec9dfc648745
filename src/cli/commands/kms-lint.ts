/** `qt kms lint`: what a policy lets through that attestation should not. Exit status 1 where there is something. */
import { lintPolicy } from '../../kms/index.ts'
import type { Command } from '../command.ts'
import { readText } from '../files.ts'
import { printJson } from '../output.ts'

export const kmsLint: Command = {
  name: 'kms lint',
  summary: 'warn of what a policy lets through',
  example: 'qt kms lint policy.json',
  operands: ['FILE'],
  options: { identity: { type: 'boolean', help: "it is a caller's own policy, not a key's" } },
  async run(options) {
    const policy = await readText(options.operands[0] ?? '', 'the policy')
    const warnings = lintPolicy(policy, options.flag('identity') ? 'identity' : 'key')
    printJson(warnings)
    return warnings.length === 0 ? 0 : 1
  },
}
