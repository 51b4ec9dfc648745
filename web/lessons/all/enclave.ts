/** Lesson 1: what an enclave is. */
import { type EnclaveStep, enclave as texts } from '../../i18n/lessons-enclave.ts'
import type { Lab } from '../lab.ts'
import type { Lesson } from '../lesson-kind.ts'

/** What the program has answered in a step, if it has. */
const greeting = (lab: Lab, step: EnclaveStep) => String(lab.last('answer', step)?.result ?? '')

export const enclave: Lesson<EnclaveStep> = {
  texts,
  steps: [
    {
      name: 'start',
      minutes: 2,
      run: async (lab) => void (await lab.start(await lab.measure('hello'))),
      done: (lab) => lab.last('started', 'start') !== undefined,
    },
    {
      name: 'greet',
      minutes: 2,
      field: { first: 'Ada', maxLength: 60 },
      run: async (lab, name) => void (await lab.call(lab.enclave('start'), 'greet', { name })),
      done: (lab) => greeting(lab, 'greet').includes('you are visitor'),
    },
    {
      name: 'remember',
      minutes: 1,
      run: async (lab) => void (await lab.call(lab.enclave('start'), 'greet', { name: 'again' })),
      done: (lab) => /visitor ([2-9]|\d{2,})/.test(greeting(lab, 'remember')),
    },
    {
      name: 'look',
      minutes: 1,
      async run(lab) {
        const { number } = lab.enclave('start')
        const read = await lab.attempt('console', () => lab.host.enclaves.console(number))
        if (read) lab.add({ kind: 'console', text: read.value })
      },
      done: (lab) => lab.last('refused', 'look')?.error.code === 'E_CONSOLE_MODE',
    },
    {
      name: 'stop',
      minutes: 1,
      run: (lab) => lab.stop(lab.enclave('start')),
      done: (lab) => lab.last('ended', 'stop')?.view.state.value === 'ended',
    },
    {
      name: 'forget',
      minutes: 1,
      async run(lab) {
        const view = await lab.start(lab.image('start'))
        await lab.call(view, 'greet', { name: 'Ada' })
      },
      done: (lab) => greeting(lab, 'forget').includes('visitor 1.'),
    },
  ],
}
