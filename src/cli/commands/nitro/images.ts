/** `nitro-cli build-enclave` and `sign-eif`: the commands of `qt` with Nitro's options (AWS, nitro-cli reference). */
import type { Command, OptionSpecs } from '../../core/command.ts'
import { printNote } from '../../output/output.ts'
import { makeImg } from '../make-img.ts'
import { signEif } from '../sign-eif.ts'

/** Another command's options under Nitro's names, without --profile, which is always nitro. */
function renamed({ options }: Command, names: Readonly<Record<string, string>>): OptionSpecs {
  const theirs = Object.fromEntries(Object.entries(names).map(([ours, name]) => [name, ours]))
  return Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => name !== 'profile')
      .map(([name, spec]) => [theirs[name] ?? name, spec]),
  )
}

const BUILD_NAMES = { 'output-file': 'eif' }
const SIGN_NAMES = { 'eif-path': 'eif' }
const NITRO = { profile: 'nitro' }

export const buildEnclave: Command = {
  name: 'build-enclave',
  summary: makeImg.summary,
  example: 'nitro-cli build-enclave --app . --output-file app.eif',
  options: renamed(makeImg, BUILD_NAMES),
  async run(options) {
    printNote('Start building the Enclave Image...')
    const status = await makeImg.run(options.as(BUILD_NAMES, NITRO))
    printNote('Enclave Image successfully created.')
    return status
  },
}

export const nitroSignEif: Command = {
  name: 'sign-eif',
  summary: signEif.summary,
  example: 'nitro-cli sign-eif --eif-path app.eif --private-key key.pem --signing-certificate cert.pem',
  options: renamed(signEif, SIGN_NAMES),
  run: (options) => signEif.run(options.as(SIGN_NAMES, NITRO)),
}
