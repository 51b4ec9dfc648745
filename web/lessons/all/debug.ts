/** Lesson 7: why debug mode proves nothing. */
import { isZero } from '../../../src/attestation/document.ts'
import { PCR_LENGTH } from '../../../src/base/pcrs.ts'
import { type DebugStep, debug as texts } from '../../i18n/lessons-debug.ts'
import { failedChecks } from '../failed-checks.ts'
import type { Lab } from '../lab.ts'
import type { Lesson } from '../lesson-kind.ts'

const ZERO = '00'.repeat(PCR_LENGTH)
const CARELESS = { pcrs: { 0: ZERO }, allowDebug: true } as const

const isVerified = (lab: Lab, step: DebugStep) => lab.last('verdict', step)?.attestation.verdict.ok === true

export const debug: Lesson<DebugStep> = {
  texts,
  steps: [
    {
      name: 'normal',
      minutes: 1,
      run: async (lab) => void (await lab.attest(await lab.start(await lab.measure('hello')))),
      done: (lab) => isVerified(lab, 'normal'),
    },
    {
      name: 'debug',
      minutes: 1,
      run: async (lab) => void (await lab.start(lab.image('normal'), { debug: true })),
      done: (lab) => {
        const pcr0 = lab.last('started', 'debug')?.view.description.pcrs.get(0)
        return pcr0 !== undefined && isZero(pcr0)
      },
    },
    {
      name: 'console',
      minutes: 1,
      async run(lab) {
        const view = lab.enclave('debug')
        await lab.call(view, 'greet', { name: 'Ada' })
        lab.add({ kind: 'console', text: await lab.host.enclaves.console(view.number) })
      },
      done: (lab) => (lab.last('console', 'console')?.text ?? '') !== '',
    },
    {
      name: 'judge',
      minutes: 2,
      run: async (lab) => void (await lab.attest(lab.enclave('debug'))),
      done: (lab) => {
        const failed = failedChecks(lab, 'judge')
        return failed.includes('PCR policy') && failed.includes('debug')
      },
    },
    {
      name: 'careless',
      minutes: 2,
      run: async (lab) => void (await lab.attest(lab.enclave('debug'), ZERO, CARELESS)),
      done: (lab) => isVerified(lab, 'careless'),
    },
    {
      name: 'impostor',
      minutes: 2,
      async run(lab) {
        const honest = lab.image('normal')
        const { image, offset } = await lab.change(honest)
        const view = await lab.start(honest, { debug: true, copy: { file: image.file, offset } })
        await lab.attest(view, ZERO, CARELESS)
      },
      done: (lab) =>
        isVerified(lab, 'impostor') && lab.last('started', 'impostor')?.view.changedByte !== undefined,
    },
  ],
}
