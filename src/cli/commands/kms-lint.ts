/**
 * `qt kms lint`: warns of policies that attestation does not protect. Without a file it checks the policies of all
 * stored keys, and reports those that this release would reject. Exit status 1 if there are warnings.
 */
import { lintPolicy } from '../../kms/index.ts'
import { type Command, UsageError } from '../core/command.ts'
import { readText } from '../core/files.ts'
import { openKms, placeIn, readConfig } from '../core/kms-config.ts'
import { printJson } from '../output/output.ts'

export const kmsLint: Command = {
  name: 'kms lint',
  summary: 'warn of mistakes in one policy, or in those of all keys',
  example: 'qt kms lint policy.json',
  operands: ['[FILE]'],
  options: {
    identity: { type: 'boolean', help: 'FILE is an identity policy, not a key policy' },
    config: {
      type: 'string',
      value: 'FILE',
      help: 'configuration of qt kms serve: the KMS whose keys are checked, or whose region and account FILE is for',
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
        throw new UsageError('E_USAGE_MISSING', { what: '--identity needs a file', expected: 'FILE' })
      }
      await using kms = await openKms(await readConfig(config))
      return await kms.lint()
    }
  },
}
