/** Starving the host. */
import { PORT } from '../../examples/usual.ts'
import { type StarveTrial, starve as texts } from '../../i18n/attacks-starve.ts'
import type { FactName } from '../../lessons/events.ts'
import type { Attack } from '../attack-kind.ts'
import { answersWhile, pause } from '../bystander.ts'
import { longestGap } from '../gaps.ts'

/** Milliseconds that the endless loop is watched, and that the page's own loop takes. */
const WATCHED = 2000
const OWN_LOOP = 1000
const MIB = 1048576

export const starve: Attack<StarveTrial> = {
  name: 'starve',
  texts,
  trials: [
    {
      name: 'attack',
      role: 'attack',
      async run(lab) {
        const bystander = await lab.start(await lab.build('hello'))
        const view = await lab.start(await lab.build('glutton'))
        await lab.call(view, 'hoard')
        // It never returns: the call fails when the enclave is stopped.
        const spinning = lab.host.enclaves.call(view.number, PORT, 'spin', {}).catch(() => {})
        let answers = 0
        const gap = await longestGap(async () => {
          answers = await answersWhile(lab, bystander, () => pause(WATCHED))
        })
        lab.note('answeredMeanwhile', answers)
        lab.note('blocked', Math.round(gap))
        // The page looks at an enclave only a few times a second.
        while (view.memoryUsed.value === undefined && view.state.value === 'running') await pause(50)
        const used = view.memoryUsed.value
        if (used !== undefined) lab.note('memory', Math.ceil(used / MIB))
        const begin = performance.now()
        await lab.stop(view)
        lab.note('stoppedAfter', Math.round(performance.now() - begin))
        await spinning
      },
      outcome(lab) {
        const value = (name: FactName) => Number(lab.noted('attack', name) ?? Number.NaN)
        if (Number.isNaN(value('stoppedAfter') + value('memory'))) return undefined
        return value('answeredMeanwhile') > 0 && value('memory') <= 64 ? 'stopped' : 'succeeded'
      },
    },
    {
      name: 'control',
      role: 'control',
      async run(lab) {
        const gap = await longestGap(async () => {
          await pause(50)
          for (const end = performance.now() + OWN_LOOP; performance.now() < end; );
          await pause(50)
        })
        lab.note('blocked', Math.round(gap))
      },
      outcome(lab) {
        const [fact] = lab.of('fact', 'control')
        return fact && (Number(fact.value) >= OWN_LOOP ? 'succeeded' : 'stopped')
      },
    },
  ],
}
