/** `qt kms create-key`: creates a key in the store of `qt kms serve`, also while it is served. */
import { lintPolicy } from '../../kms/index.ts'
import type { Command } from '../core/command.ts'
import { readText } from '../core/files.ts'
import { openKms, readConfig } from '../core/kms-config.ts'
import { printJson, printNote } from '../output/output.ts'

export const kmsCreateKey: Command = {
  name: 'kms create-key',
  summary: 'create a key in the KMS',
  example: 'qt kms create-key --alias wallet',
  options: {
    alias: { type: 'string', value: 'NAME', help: 'alias of the key, without alias/' },
    spec: { type: 'string', value: 'SPEC', help: 'SYMMETRIC_DEFAULT (default), RSA_2048, ECC_NIST_P256, …' },
    usage: { type: 'string', value: 'USAGE', help: 'ENCRYPT_DECRYPT, SIGN_VERIFY or KEY_AGREEMENT' },
    policy: {
      type: 'string',
      value: 'FILE',
      help: 'JSON file with the key policy; by default IAM policies decide',
    },
    config: { type: 'string', value: 'FILE', help: 'the configuration of qt kms serve' },
  },
  async run(options) {
    const [alias, spec, usage, path] = ['alias', 'spec', 'usage', 'policy'].map((name) => options.text(name))
    const policy = path === undefined ? undefined : await readText(path, 'the policy')
    await using kms = await openKms(await readConfig(options.text('config')))
    const input = {
      ...(alias !== undefined && { aliasName: `alias/${alias}` }),
      ...(spec !== undefined && { keySpec: spec }),
      ...(usage !== undefined && { keyUsage: usage }),
      ...(policy !== undefined && { policy }),
    }
    const { keyMetadata } = await kms.perform('createKey', input, undefined)
    for (const { code, statement, message } of policy ? lintPolicy(policy, 'key', kms.place) : []) {
      printNote(`${code}: ${statement}: ${message}`)
    }
    printJson(keyMetadata)
    return 0
  },
}
