/**
 * `qt kms lint`: what a policy lets through that attestation should not; without a file, the policies of all keys that are
 * kept, with those that would be refused now. Exit status 1 where there is something.
 */
import { lintPolicy } from '../../kms/index.ts'
import { type Command, UsageError } from '../core/command.ts'
import { readText } from '../core/files.ts'
import { openKms, placeIn, readConfig } from '../core/kms-config.ts'
import { printJson } from '../output/output.ts'

export const kmsLint: Command = {
  name: 'kms lint',
  summary: 'warn of what policies let through',
  example: 'qt kms lint policy.json',
  operands: ['[FILE]'],
  options: {
    identity: { type: 'boolean', help: "FILE is a caller's own policy, not a key's" },
    config: {
      type: 'string',
      value: 'FILE',
      help: 'the configuration of qt kms serve, whose keys are looked at, or whose region and account FILE is for',
    },
  },
  async run(options) {
    const [path] = options.operands
    const warnings = path === undefined ? await lintKeys(options.text('config')) : await lintFile(path)
    printJson(warnings)
    return warnings.length === 0 ? 0 : 1

    async function lintFile(file: string) {
      const config = options.text('config')
      const place = config === undefined ? undefined : placeIn(await readConfig(config))
      const kind = options.flag('identity') ? 'identity' : 'key'
      return lintPolicy(await readText(file, 'the policy'), kind, place)
    }

    async function lintKeys(config: string | undefined) {
      if (options.flag('identity')) {
        throw new UsageError('E_USAGE_MISSING', { what: '--identity is about a file', expected: 'FILE' })
      }
      await using kms = await openKms(await readConfig(config))
      return await kms.lint()
    }
  },
}
