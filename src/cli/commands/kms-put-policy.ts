/**
 * `qt kms put-policy`: replaces a key's policy as the owner of the store, whom no policy restricts; also while served.
 */
import { lintPolicy } from '../../kms/index.ts'
import type { Command } from '../core/command.ts'
import { readText } from '../core/files.ts'
import { openKms, readConfig } from '../core/kms-config.ts'
import { printJson, printNote } from '../output/output.ts'

export const kmsPutPolicy: Command = {
  name: 'kms put-policy',
  summary: 'replace the policy of a key',
  example: 'qt kms put-policy alias/wallet policy.json',
  operands: ['KEY', 'FILE'],
  options: { config: { type: 'string', value: 'FILE', help: 'the configuration of qt kms serve' } },
  async run(options) {
    const [keyId = '', path = ''] = options.operands
    const policy = await readText(path, 'the policy')
    await using kms = await openKms(await readConfig(options.text('config')))
    await kms.perform('putKeyPolicy', { keyId, policy }, undefined)
    for (const { code, statement, message } of lintPolicy(policy, 'key', kms.place)) {
      printNote(`${code}: ${statement}: ${message}`)
    }
    printJson({ keyId })
    return 0
  },
}
