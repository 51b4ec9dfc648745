/** Flooding the vsock. */

import { PROFILE } from '../../examples/usual.ts'
import { type FloodTrial, flood as texts } from '../../i18n/attacks-flood.ts'
import type { Attack } from '../attack-kind.ts'
import { answersWhile, pause } from '../bystander.ts'
import { floodPlainPort } from '../plain.ts'

const PORT = 7100
/** Milliseconds that the flood is watched. */
const WATCHED = 1500
/** What an enclave's receive buffers hold at most, for 64 MiB of memory. */
const MOST = 4 * 1024 * 1024

export const flood: Attack<FloodTrial> = {
  name: 'flood',
  texts,
  trials: [
    {
      name: 'attack',
      role: 'attack',
      async run(lab) {
        const bystander = await lab.start(await lab.build('hello'))
        const view = await lab.start(await lab.build('flooder'))
        await lab.host.lab.ignore(PROFILE, PORT)
        const answers = answersWhile(lab, bystander, async () => {
          await lab.call(view, 'flood', { port: PORT })
          await lab.call(view, 'connect', { port: PORT })
          await pause(WATCHED)
        })
        lab.note('answeredMeanwhile', await answers)
        const written = await lab.call(view, 'written')
        lab.note('written', Number(written))
      },
      outcome(lab) {
        const written = lab.noted('attack', 'written')
        const answered = lab.noted('attack', 'answeredMeanwhile')
        if (written === undefined || answered === undefined) return undefined
        const isRefused = lab
          .of('answer', 'attack')
          .some(({ method, result }) => method === 'connect' && (result as { failed?: string }).failed)
        return Number(written) <= MOST && Number(answered) > 0 && isRefused ? 'stopped' : 'succeeded'
      },
    },
    {
      name: 'control',
      role: 'control',
      async run(lab) {
        const { sent, waiting } = await floodPlainPort()
        lab.note('written', sent)
        lab.note('waiting', waiting)
      },
      outcome(lab) {
        const waiting = lab.noted('control', 'waiting')
        return waiting === undefined ? undefined : Number(waiting) > MOST ? 'succeeded' : 'stopped'
      },
    },
  ],
}
