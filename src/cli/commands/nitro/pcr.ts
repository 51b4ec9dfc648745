/** `nitro-cli pcr`: the PCR value of a file or a signing certificate (AWS, nitro-cli reference). */

import { type Bytes, toHex } from '../../../base/bytes.ts'
import { fromPem } from '../../../encoding/pem.ts'
import { sha384 } from '../../../image/measure/hash.ts'
import { extendZero } from '../../../image/measure/measure.ts'
import { type Command, UsageError } from '../../core/command.ts'
import { readInput, readText } from '../../core/files.ts'
import { printJson } from '../../output/output.ts'

const register = async (bytes: Bytes) => toHex(await extendZero(await sha384(bytes)))

export const pcr: Command = {
  name: 'pcr',
  summary: 'compute the PCR of a file or of a signing certificate',
  example: 'nitro-cli pcr --signing-certificate cert.pem',
  options: {
    input: { type: 'string', value: 'FILE', excludes: ['signing-certificate'], help: 'the file to measure' },
    'signing-certificate': { type: 'string', value: 'PEM', help: 'the certificate to measure, for PCR8' },
  },
  async run(options) {
    const file = options.text('input')
    const certificate = options.text('signing-certificate')
    if (file !== undefined) printJson({ PCR: await register(await readInput(file, 'the file')) })
    else if (certificate !== undefined) {
      const [der] = fromPem(await readText(certificate, 'the signing certificate'))
      printJson({ PCR8: await register(der!) })
    } else {
      throw new UsageError('E_USAGE_MISSING', {
        what: 'missing necessary argument --input or --signing-certificate',
        hint: `for example: ${pcr.example}`,
      })
    }
    return 0
  },
}
