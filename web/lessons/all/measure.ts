/** Lesson 2: measure it, change one byte. */
import { pcrHex } from '../../../src/base/pcrs.ts'
import { PROFILE } from '../../examples/usual.ts'
import { type MeasureStep, measure as texts } from '../../i18n/lessons-measure.ts'
import { failedChecks } from '../failed-checks.ts'
import type { Lab } from '../lab.ts'
import type { Lesson } from '../lesson-kind.ts'

const pcr0 = (lab: Lab, step: string) => lab.last('image', step)?.image.pcr0Of(PROFILE)

/** How many bits of two hexadecimal numbers of the same length differ. */
export function differentBits(left: string, right: string): number {
  let count = 0
  for (let at = 0; at < left.length; at++) {
    let bits = Number.parseInt(left[at]!, 16) ^ Number.parseInt(right[at]!, 16)
    for (; bits > 0; bits &= bits - 1) count += 1
  }
  return count
}

export const measure: Lesson<MeasureStep> = {
  texts,
  steps: [
    {
      name: 'measure',
      minutes: 1,
      run: async (lab) => void (await lab.measure('hello')),
      done: (lab) => pcr0(lab, 'measure') !== undefined,
    },
    {
      name: 'start',
      minutes: 1,
      run: async (lab) => void (await lab.start(lab.image('measure'))),
      done: (lab) => {
        const view = lab.last('started', 'start')?.view
        return view !== undefined && pcrHex(view.description.pcrs, 0) === pcr0(lab, 'measure')
      },
    },
    {
      name: 'change',
      minutes: 2,
      async run(lab) {
        const honest = lab.image('measure')
        const { image, offset } = await lab.change(honest)
        lab.note('changedByte', offset)
        lab.add({ kind: 'image', image })
        lab.note('differentBits', differentBits(honest.pcr0Of(PROFILE), image.pcr0Of(PROFILE)))
      },
      done: (lab) => {
        const changed = pcr0(lab, 'change')
        return changed !== undefined && changed !== pcr0(lab, 'measure')
      },
    },
    {
      name: 'run',
      minutes: 1,
      async run(lab) {
        const { file } = lab.image('change')
        const offset = Number(lab.fact('change', 'changedByte'))
        const view = await lab.start(lab.image('measure'), { copy: { file, offset } })
        await lab.call(view, 'greet', { name: 'Ada' })
      },
      done: (lab) => {
        const view = lab.last('answer', 'run')?.view
        return view !== undefined && pcrHex(view.description.pcrs, 0) === pcr0(lab, 'change')
      },
    },
    {
      name: 'judge',
      minutes: 2,
      run: async (lab) => void (await lab.attest(lab.enclave('run'), lab.image('measure').pcr0Of(PROFILE))),
      done: (lab) => failedChecks(lab, 'judge').join() === 'PCR policy',
    },
    {
      name: 'repeat',
      minutes: 1,
      run: async (lab) => void (await lab.measure('hello')),
      done: (lab) => {
        const again = pcr0(lab, 'repeat')
        return again !== undefined && again === pcr0(lab, 'measure')
      },
    },
  ],
}
