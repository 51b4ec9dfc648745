/** `qt kms identity`: the KMS's public key, for an image to pin. */
import { toPem } from '../../attestation/x509/pem.ts'
import type { Command } from '../command.ts'
import { openKms, readConfig } from '../kms-config.ts'
import { printText } from '../output.ts'

export const kmsIdentity: Command = {
  name: 'kms identity',
  summary: 'print the public key with which the KMS signs its answers, PEM',
  example: 'qt kms identity > kms.pem',
  options: { config: { type: 'string', value: 'FILE', help: 'the configuration of qt kms serve' } },
  async run(options) {
    await using kms = await openKms(await readConfig(options.text('config')))
    printText(toPem(kms.identity(), 'PUBLIC KEY'))
    return 0
  },
}
