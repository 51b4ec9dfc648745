/** Lesson 6: PCRs of your own. */
import { concatBytes, toHex } from '../../../src/base/bytes.ts'
import { PCR_LENGTH } from '../../../src/base/pcrs.ts'
import type { ShownCall } from '../../host/report.ts'
import { type RegistersStep, registers as texts } from '../../i18n/lessons-registers.ts'
import type { Lab } from '../lab.ts'
import type { Lesson } from '../lesson-kind.ts'

const PCR = 16

const extend = async (lab: Lab, given: string) =>
  void (await lab.call(lab.enclave('start'), 'extend', { pcr: PCR, text: given }))

/** The calls of the enclave's security module that concern the PCR. */
const callsOf = (lab: Lab, call: ShownCall['call']) =>
  lab
    .last('started', 'start')
    ?.view.calls.value.filter((one) => one.call === call && one.pcrs?.includes(PCR)) ?? []

const extensions = (lab: Lab) => callsOf(lab, 'ExtendPCR').filter(({ error }) => error === undefined)
const value = (lab: Lab, step: RegistersStep) => lab.last('answer', step)?.result

export const registers: Lesson<RegistersStep> = {
  texts,
  steps: [
    {
      name: 'start',
      minutes: 1,
      run: async (lab) => void (await lab.start(await lab.measure('registers'))),
      done: (lab) => lab.last('started', 'start') !== undefined,
    },
    {
      name: 'extend',
      minutes: 1,
      field: { first: 'configuration 1', maxLength: 120 },
      run: extend,
      done: (lab) => value(lab, 'extend') !== undefined && extensions(lab).length > 0,
    },
    {
      name: 'compute',
      minutes: 2,
      async run(lab) {
        const { text } = lab.last('answer', 'extend')!.request as { text: string }
        const bytes = concatBytes(new Uint8Array(PCR_LENGTH), new TextEncoder().encode(text))
        lab.note('computed', toHex(new Uint8Array(await crypto.subtle.digest('SHA-384', bytes))))
      },
      done: (lab) => lab.of('fact', 'compute').some((fact) => fact.value === value(lab, 'extend')),
    },
    {
      name: 'again',
      minutes: 1,
      field: { first: 'configuration 2', maxLength: 120 },
      run: extend,
      done: (lab) =>
        extensions(lab).length > 1 &&
        value(lab, 'again') !== undefined &&
        value(lab, 'again') !== value(lab, 'extend'),
    },
    {
      name: 'lock',
      minutes: 1,
      run: async (lab) => void (await lab.call(lab.enclave('start'), 'lock', { pcr: PCR })),
      done: (lab) => callsOf(lab, 'LockPCR').some(({ error }) => error === undefined),
    },
    {
      name: 'refuse',
      minutes: 1,
      run: (lab) => extend(lab, 'too late'),
      done: (lab) =>
        lab.last('refused', 'refuse') !== undefined &&
        callsOf(lab, 'ExtendPCR').some(({ error }) => error !== undefined),
    },
    {
      name: 'attest',
      minutes: 2,
      async run(lab) {
        const { verdict } = await lab.attest(lab.enclave('start'))
        const register = verdict.document?.pcrs.get(PCR)
        if (register) lab.note('register', toHex(register))
      },
      done: (lab) =>
        lab.last('verdict', 'attest')?.attestation.verdict.ok === true &&
        lab.of('fact', 'attest').some((fact) => fact.value === value(lab, 'again')),
    },
  ],
}
