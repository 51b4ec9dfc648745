/** `qt kms identity`: the KMS's public key, for an image to pin. */
import { toPem } from '../../encoding/pem.ts'
import type { Command } from '../core/command.ts'
import { openKms, readConfig } from '../core/kms-config.ts'
import { printText } from '../output/output.ts'

export const kmsIdentity: Command = {
  name: 'kms identity',
  summary: 'print the public key with which the KMS signs its answers, as PEM',
  example: 'qt kms identity > kms.pem',
  options: { config: { type: 'string', value: 'FILE', help: 'the configuration of qt kms serve' } },
  async run(options) {
    await using kms = await openKms(await readConfig(options.text('config')))
    printText(toPem(kms.identity(), 'PUBLIC KEY'))
    return 0
  },
}
