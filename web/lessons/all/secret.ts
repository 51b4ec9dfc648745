/** Lesson 5: a secret released on proof. */
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import type { EnclaveView } from '../../app/enclaves.ts'
import { PROFILE } from '../../examples/usual.ts'
import { type SecretStep, secret as texts } from '../../i18n/lessons-secret.ts'
import { onlyFor } from '../../key/policy.ts'
import type { Lab } from '../lab.ts'
import type { Lesson } from '../lesson-kind.ts'

const ciphertextOf = (lab: Lab) => fromHex(String(lab.fact('encrypt', 'ciphertext')))

/** Lets an enclave open the secret, and records what the KMS answered. */
async function open(lab: Lab, view: EnclaveView): Promise<void> {
  const { identity, credentials } = await lab.host.kms.facts(PROFILE)
  const seen = await lab.kmsCalls()
  await lab.call(view, 'open', { identity, credentials, ciphertext: ciphertextOf(lab) })
  await lab.watchKms(seen)
}

/** The newest answer of the KMS in a step. */
const decision = (lab: Lab, step: SecretStep) => lab.last('kms', step)?.call

export const secret: Lesson<SecretStep> = {
  texts,
  steps: [
    {
      name: 'start',
      minutes: 1,
      run: async (lab) => void (await lab.start(await lab.measure('secret'))),
      done: (lab) => lab.last('started', 'start') !== undefined,
    },
    {
      name: 'key',
      minutes: 2,
      async run(lab) {
        const facts = await lab.host.kms.facts(PROFILE)
        const policy = onlyFor(facts.principal, lab.image('start').pcr0Of(PROFILE))
        const { keyId } = await lab.host.kms.createLabKey(PROFILE, 'lesson', policy)
        lab.note('keyId', keyId)
        lab.note('policy', policy)
      },
      done: (lab) => {
        const pcr0 = lab.last('image', 'start')?.image.pcr0Of(PROFILE)
        return lab.of('fact', 'key').some(({ value }) => pcr0 !== undefined && String(value).includes(pcr0))
      },
    },
    {
      name: 'encrypt',
      minutes: 1,
      field: { first: 'Tea is at five', maxLength: 120 },
      async run(lab, given) {
        const plaintext = new TextEncoder().encode(given)
        const keyId = String(lab.fact('key', 'keyId'))
        lab.note('ciphertext', toHex(await lab.host.kms.encrypt(PROFILE, keyId, plaintext)))
        lab.note('digest', toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', plaintext))))
      },
      done: (lab) => lab.of('fact', 'encrypt').length === 2,
    },
    {
      name: 'outside',
      minutes: 1,
      async run(lab) {
        const seen = await lab.kmsCalls()
        await lab.host.kms.decryptOutside(PROFILE, ciphertextOf(lab))
        await lab.watchKms(seen)
      },
      done: (lab) => decision(lab, 'outside')?.trace?.allowed === false,
    },
    {
      name: 'open',
      minutes: 2,
      run: (lab) => open(lab, lab.enclave('start')),
      done: (lab) => {
        const opened = lab.last('answer', 'open')?.result as { sha256?: unknown } | undefined
        return (
          decision(lab, 'open')?.status === 200 &&
          lab.of('fact', 'encrypt').some(({ name, value }) => name === 'digest' && value === opened?.sha256)
        )
      },
    },
    {
      name: 'changed',
      minutes: 2,
      async run(lab) {
        const honest = lab.image('start')
        const { image, offset } = await lab.change(honest)
        await open(lab, await lab.start(honest, { copy: { file: image.file, offset } }))
      },
      done: (lab) =>
        lab.last('started', 'changed')?.view.changedByte !== undefined &&
        decision(lab, 'changed')?.trace?.allowed === false,
    },
  ],
}
