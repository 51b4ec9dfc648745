/** Tampering with the image. */

import { PROFILE } from '../../examples/usual.ts'
import { type TamperTrial, tamper as texts } from '../../i18n/attacks-tamper.ts'
import type { Attack } from '../attack-kind.ts'
import { byVerdict } from '../outcomes.ts'

export const tamper: Attack<TamperTrial> = {
  name: 'tamper',
  texts,
  trials: [
    {
      name: 'attack',
      role: 'attack',
      async run(lab) {
        const honest = await lab.measure('hello')
        const { image, offset } = await lab.change(honest)
        lab.note('changedByte', offset)
        const view = await lab.start(honest, { copy: { file: image.file, offset } })
        await lab.call(view, 'greet', { name: 'Ada' })
        await lab.attest(view, honest.pcr0Of(PROFILE))
      },
      outcome: (lab) => byVerdict(lab, 'attack', 'PCR policy'),
    },
    {
      name: 'control',
      role: 'control',
      async run(lab) {
        const honest = await lab.build('hello')
        const { image, offset } = await lab.change(honest)
        lab.note('changedByte', offset)
        const view = await lab.start(honest, { copy: { file: image.file, offset } })
        const { nonce, document } = await lab.document(view)
        await lab.judge(document, nonce, {})
      },
      outcome: (lab) => byVerdict(lab, 'control', 'PCR policy'),
    },
  ],
}
