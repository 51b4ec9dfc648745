/** Replaying a document. */

import { PROFILE } from '../../examples/usual.ts'
import { type ReplayTrial, replay as texts } from '../../i18n/attacks-replay.ts'
import { type Lab, newNonce } from '../../lessons/lab.ts'
import type { Attack } from '../attack-kind.ts'
import { byVerdict } from '../outcomes.ts'

/** A genuine document, of an enclave that has ended by the time it is shown again. */
async function record(lab: Lab) {
  const image = await lab.build('hello')
  const view = await lab.start(image)
  const { document } = await lab.attest(view)
  await lab.stop(view)
  return { document, pcrs: { 0: image.pcr0Of(PROFILE) } }
}

export const replay: Attack<ReplayTrial> = {
  name: 'replay',
  texts,
  trials: [
    {
      name: 'attack',
      role: 'attack',
      async run(lab) {
        const { document, pcrs } = await record(lab)
        await lab.judge(document, newNonce(), { pcrs })
      },
      outcome: (lab) =>
        lab.of('verdict', 'attack').length < 2 ? undefined : byVerdict(lab, 'attack', 'nonce'),
    },
    {
      name: 'control',
      role: 'control',
      async run(lab) {
        const { document, pcrs } = await record(lab)
        await lab.judge(document, undefined, { pcrs, freshness: false })
      },
      outcome: (lab) =>
        lab.of('verdict', 'control').length < 2 ? undefined : byVerdict(lab, 'control', 'nonce'),
    },
  ],
}
