/** `qt attestation root`: prints the certificate of this user's attestation root, for verifiers. */

import { toPem } from '../../encoding/pem.ts'
import { persistentRoot } from '../../parent/root.ts'
import type { Command } from '../core/command.ts'
import { printText } from '../output/output.ts'

export const attestationRoot: Command = {
  name: 'attestation root',
  summary: 'print the certificate of the simulated attestation root, as PEM',
  example: 'qt attestation root > root.pem',
  options: { rotate: { type: 'boolean', help: 'first replace it with a new root' } },
  async run(options) {
    const store = persistentRoot()
    const { rootCertificate } = await (options.flag('rotate') ? store.rotate() : store.load())
    printText(toPem(rootCertificate))
    return 0
  },
}
