/** Answering as the KMS. */

import { PROFILE } from '../../examples/usual.ts'
import { type KmsTrial, kms as texts } from '../../i18n/attacks-kms.ts'
import type { Lab } from '../../lessons/lab.ts'
import type { Attack, Outcome } from '../attack-kind.ts'

const PORT = 8001
const CHOSEN = 'Pay everything to Mallory'

/** The enclave asks the attacker's KMS, and believes the KMS that has this identity. */
async function askFalseKms(lab: Lab, identity: string): Promise<void> {
  const view = await lab.start(await lab.build('customer'))
  const { credentials, ciphertext } = await lab.host.lab.serveFalseKms(PROFILE, PORT, CHOSEN)
  await lab.call(view, 'open', { identity, credentials, ciphertext, port: PORT })
}

function outcome(lab: Lab, trial: KmsTrial): Outcome | undefined {
  if (lab.last('answer', trial)?.result === CHOSEN) return 'succeeded'
  return lab.last('refused', trial)?.error.code === 'E_KMS_IDENTITY' ? 'stopped' : undefined
}

export const kms: Attack<KmsTrial> = {
  name: 'kms',
  texts,
  trials: [
    {
      name: 'attack',
      role: 'attack',
      run: async (lab) => askFalseKms(lab, (await lab.host.kms.facts(PROFILE)).identity),
      outcome: (lab) => outcome(lab, 'attack'),
    },
    {
      name: 'control',
      role: 'control',
      run: (lab) => askFalseKms(lab, 'unverified'),
      outcome: (lab) => outcome(lab, 'control'),
    },
  ],
}
