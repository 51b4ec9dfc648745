/** `qt attestation root`: the certificate of the root that is kept for this user, for verifiers. */

import { toPem } from '../../encoding/pem.ts'
import { persistentRoot } from '../../parent/root.ts'
import type { Command } from '../core/command.ts'
import { printText } from '../output/output.ts'

export const attestationRoot: Command = {
  name: 'attestation root',
  summary: 'print the attestation root that is kept, PEM',
  example: 'qt attestation root > root.pem',
  options: { rotate: { type: 'boolean', help: 'put a new one in its place first' } },
  async run(options) {
    const store = persistentRoot()
    const { rootCertificate } = await (options.flag('rotate') ? store.rotate() : store.load())
    printText(toPem(rootCertificate))
    return 0
  },
}
