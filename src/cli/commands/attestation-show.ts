/** `qt attestation show`: prints an attestation document with annotations. It verifies nothing. */
import { decodeDocument, documentToJson, formatDocument, guessProfile } from '../../attestation/index.ts'
import { type Command, UsageError } from '../core/command.ts'
import { printJson, printText } from '../output/output.ts'
import { documentBytes, outputOf, readInput } from './attestation-input.ts'

export const attestationShow: Command = {
  name: 'attestation show',
  summary: 'print an attestation document with annotations, without verifying it',
  example: 'qt attestation show document.cbor',
  operands: ['FILE'],
  options: {
    profile: {
      type: 'string',
      value: 'NAME',
      help: 'qingtian or nitro; by default guessed from the document',
    },
    output: { type: 'string', value: 'FORMAT', help: 'text (default) or json' },
  },
  async run(options) {
    const output = outputOf(options, 'text')
    const bytes = documentBytes(await readInput(options.operands[0] ?? ''))
    const profile = options.text('profile') ?? guessProfile(bytes) ?? 'nitro'
    if (profile !== 'qingtian' && profile !== 'nitro') {
      throw new UsageError('E_USAGE', {
        what: 'unknown --profile',
        expected: 'qingtian or nitro',
        got: profile,
      })
    }
    const document = decodeDocument(bytes, profile)
    if (output === 'json') printJson(documentToJson(document))
    else printText(formatDocument(document))
    return 0
  },
}
