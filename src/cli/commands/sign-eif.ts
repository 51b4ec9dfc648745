/** `qt enclave sign-eif`: adds a signature to an image, or replaces it (nitro-cli's `sign-eif`; aws-nitro-enclaves-image-format). */
import { measure, pcrsToHex, signImage } from '../../image/index.ts'
import { type Command, UsageError } from '../core/command.ts'
import { readInput, writeOutput } from '../core/files.ts'
import { PROFILE_OPTION, readProfile, readSigner, SIGNING_OPTIONS } from '../core/image-options.ts'
import { measurementsOf } from '../core/measurements.ts'
import { printJson } from '../output/output.ts'

export const signEif: Command = {
  name: 'enclave sign-eif',
  summary: 'sign an enclave image in place; PCR0 does not change',
  example: 'qt enclave sign-eif --eif app.eif --private-key key.pem --signing-certificate cert.pem',
  options: {
    eif: { type: 'string', value: 'FILE', required: true, help: 'the image to sign; it is overwritten' },
    ...SIGNING_OPTIONS,
    profile: PROFILE_OPTION,
  },
  async run(options) {
    const path = options.need('eif')
    const profile = readProfile(options)
    const signer = await readSigner(options)
    if (!signer) {
      throw new UsageError('E_USAGE', {
        what: 'missing necessary arguments --private-key and --signing-certificate',
        hint: `for example: ${signEif.example}`,
      })
    }
    const signed = await signImage(await readInput(path, 'the image'), signer)
    const { pcrs } = await measure(signed, { profile })
    await writeOutput(path, signed, 'the image')
    printJson(measurementsOf(profile, pcrsToHex(pcrs), true))
    return 0
  },
}
